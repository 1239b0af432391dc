"""The voice: takes requests, makes them in batches of equal length, and hands over sounds with all that made them.

How a network makes a waveform stands in ``passes``; what becomes of the waveform in ``orders``.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from v2a_foley.compute import Compute, memory_guard, reset_peak
from v2a_foley.embed import AudioEncoder, Space, normalised
from v2a_foley.errors import UsageError
from v2a_foley.generate.aligning import shifted
from v2a_foley.generate.audioldm.card import Card, read_card
from v2a_foley.generate.audioldm.choosing import Candidates, likeness
from v2a_foley.generate.audioldm.conform import mirrored
from v2a_foley.generate.audioldm.identity import identity_of
from v2a_foley.generate.audioldm.options import INIT_RATE, VoiceOptions
from v2a_foley.generate.audioldm.orders import (
    Order,
    blocks_of,
    can_be_heard,
    candidate_seeds,
    in_time,
    is_silent,
    order,
    require_possible,
    require_size,
    silence,
    words_of,
)
from v2a_foley.generate.audioldm.parts import AudioLdm
from v2a_foley.generate.audioldm.passes import Conditions, Ground, Rooms, Steps, Work, laid_over, longest, waveforms
from v2a_foley.generate.audioldm.plan import batches, evenly
from v2a_foley.generate.audioldm.record import recorded
from v2a_foley.generate.audioldm.schedule import ladder
from v2a_foley.generate.audioldm.windows import encoded
from v2a_foley.generate.blocks import checked
from v2a_foley.generate.protocol import Sound, SoundRequest
from v2a_foley.progress import Progress, Stage

Floats = NDArray[np.float32]


class AudioLdmVoice:
    """Makes sounds with AudioLDM. The weights load with the first sound. Threads that ask are served in turn.

    Attributes:
        compute: where it runs.
        options: how it makes sounds.
    """

    name = "audioldm"

    def __init__(
        self,
        model: Path | AudioLdm,
        compute: Compute,
        options: VoiceOptions | None = None,
        *,
        listener: AudioEncoder | None = None,
    ) -> None:
        """Keep what is needed to load the model.

        Args:
            model: a folder in the hub's layout, or what was loaded from one.
            compute: where it runs, and in which arithmetic.
            options: how it makes sounds.
            listener: hears candidates, in the voice's own audio space; needed to choose the best of several.

        Raises:
            UsageError: there are candidates to choose from, and nothing that hears them.
        """
        self.compute, self.options, self._listener = compute, options or VoiceOptions(), listener
        self._given = model
        self._lock = threading.RLock()
        self._heard: dict[str, Floats] = {}
        if self.options.best_of > 1 and listener is None:
            raise UsageError(
                f"Choosing the best of {self.options.best_of} sounds needs ears for them, and there are none.",
                hint="Install a CLAP of the voice's audio space, or choose --best-of 1.",
            )

    @property
    def space(self) -> Space:
        """The audio space in which requests' embeddings must lie; loads the model.

        Raises:
            MissingError: the model is missing or damaged.
        """
        with self._lock:
            return self._model.words.space

    @property
    def weights(self) -> str:
        """SHA-256 over the model's configs and weights, hexadecimal; loads the model.

        Raises:
            MissingError: the model is missing or damaged.
        """
        with self._lock:
            return self._card.weights

    @property
    def identity(self) -> str:
        """The weights and every option that decides a sound; reads the weights' files, loads no network.

        Raises:
            MissingError: the model is missing or damaged.
        """
        with self._lock:
            return identity_of(self._folder, self._card, self.options, self.compute, self._listener)

    @property
    def native_rate(self) -> int:
        """Hertz at which it makes sounds; loads the model.

        Raises:
            MissingError: the model is missing or damaged.
        """
        with self._lock:
            return self._model.sizes.sample_rate

    def can_make(self, request: SoundRequest) -> bool:
        """Tell whether the request says, in words or as an embedding, what should sound."""
        return can_be_heard(request)

    def make(self, request: SoundRequest, progress: Progress | None = None) -> Sound:
        """Make one sound; see ``make_all``."""
        ((_, sound),) = self.make_all([request], progress)
        return sound

    def make_all(
        self, requests: Sequence[SoundRequest], progress: Progress | None = None, *, skip: Collection[int] = ()
    ) -> Iterator[tuple[int, Sound]]:
        """Make sounds, those of equal length together, and hand each over as (its place in ``requests``, sound), once.

        Args:
            requests: what is asked for.
            progress: told of the stage ``voice``.
            skip: places that are not handed over; what runs together is planned with them all the same, and what holds
                nothing else is not run.

        Raises:
            UsageError: a request cannot be made.
            MissingError: the model, or its licence's record, is missing or damaged.
            SpaceMismatch: an embedding, or the listener, is of another space.
            OutOfMemory: not even one sound at a time fits.
            Cancelled: the work was asked to stop.
        """
        progress = progress or Progress()
        progress.check()
        for request in requests:
            require_possible(request)
        sounding = []
        for place, request in enumerate(requests):
            if not is_silent(request):
                sounding.append((place, request))
            elif place not in skip:
                yield place, self._silent(request, progress)
        wanted = {place for place, _ in sounding} - set(skip)
        if not wanted:
            return
        with self._lock:
            orders = [self._order(place, request) for place, request in sounding]
        rows = [(made, number) for made in orders for number in range(self.options.best_of)]
        plan = [
            batch
            for batch in batches([made.frames for made, _ in rows], self._most)
            if any(rows[row][0].place in wanted for row in batch.rows)
        ]
        found = {place: Candidates() for place in wanted}
        with progress.stage("voice", len(plan) * self._steps_each) as stage:
            for batch in plan:
                chosen = [rows[row] for row in batch.rows]
                with self._lock:
                    waves = self._together(chosen, progress, stage)
                for row, ((made, number), wave) in enumerate(zip(chosen, waves, strict=True)):
                    if made.place not in wanted:
                        continue
                    kept, own = found[made.place], wave[: made.samples]
                    together = self._rows_with(row, len(chosen), made)
                    score = self._score(own, made.embedding)
                    fit = in_time(own, self._model.sizes.sample_rate, made.request)
                    own = shifted(own, fit.shift) if fit else own
                    kept.add(own, seed=made.seeds[number], rows=together, score=score, fit=fit)
                    if len(kept.scores) == self.options.best_of:
                        yield made.place, self._sound(made, found.pop(made.place), progress)

    def work(self, progress: Progress | None = None) -> Work:
        """Return what ``region`` needs to work on a sound with this voice; loads the model.

        Raises:
            MissingError: the model is missing or damaged.
        """
        with self._lock:
            return Work(self._model, self._rooms, progress or Progress(), precise=lambda: self._precise)

    def conditions(
        self, prompt: str = "", *, embedding: Floats | None = None, negative: str = "", seed: int = 0
    ) -> Conditions:
        """Return one row of what should sound, for ``region``.

        Args:
            prompt: in words; counts where there is no embedding, and may be empty for no wish.
            embedding: where it lies in the audio space, ``float32 (d,)``.
            negative: what should not be heard.
            seed: everything random depends on it alone.

        Raises:
            MissingError: the model is missing or damaged.
            SpaceMismatch: the embedding is of another space.
        """
        with self._lock:
            return Conditions(
                self._wished(prompt, embedding)[None], self._unwished(negative)[None], candidate_seeds(seed, 1)
            )

    @cached_property
    def _model(self) -> AudioLdm:
        model = self._given
        if isinstance(model, Path):
            how = self.options
            with memory_guard(f"Loading the voice {model.name}"):
                model = AudioLdm.load(model, self.compute, draft=how.draft, offload=how.offload, compiled=how.compiled)
        if self._listener is not None and self.options.best_of > 1:
            model.words.space.require(self._listener.space, what="What hears the candidates")
        return model

    @cached_property
    def _precise(self) -> AudioLdm:
        with memory_guard("Loading the voice again in float32"):
            return self._model.in_float32()

    @cached_property
    def _card(self) -> Card:
        return read_card(self._folder)

    @property
    def _folder(self) -> Path:
        return self._given if isinstance(self._given, Path) else self._given.folder

    @cached_property
    def _rooms(self) -> Rooms:
        return Rooms.on(self.compute, self.options.most, steady=self.options.steady)

    @cached_property
    def _init(self) -> Floats | None:
        """The sound to start from, at the network's rate."""
        if self.options.init is None:
            return None
        import soxr

        rate = self._model.sizes.sample_rate
        found = np.asarray(soxr.resample(self.options.init, INIT_RATE, rate, quality="VHQ"), np.float32)
        return found if found.size else np.asarray(self.options.init[:1], np.float32)  # a sample or two at 48 kHz

    @property
    def steps(self) -> Steps:
        """How it goes from noise to sound."""
        how = self.options
        return Steps(how.solver, how.steps, how.guidance, 1.0 if how.init is None else how.strength)

    @property
    def _steps_each(self) -> int:
        steps = self.steps
        if steps.strength <= 0:
            return 0
        return len(ladder(self._model.schedule, solver=steps.solver, steps=steps.count, strength=steps.strength))

    def _most(self, frames: int) -> int:
        return 1 if frames > longest(self._model) else self._rooms.steps.rows(frames)

    def _rows_with(self, row: int, count: int, made: Order) -> int:
        """Return how many rows ran together with a row."""
        return next(len(part) for part in evenly(range(count), self._most(made.frames)) if row in part)

    def _windows_of(self, made: Order) -> tuple[int, int] | None:
        """Return how many windows of a long sound ran together at most, and their latents; None for one pass."""
        if made.frames <= longest(self._model):
            return None
        laid = laid_over(self._model, made.frames)
        length = len(laid[0].weights)
        return max(map(len, evenly(laid, self._rooms.steps.rows(length)))), length

    def _order(self, place: int, request: SoundRequest) -> Order:
        return order(
            place,
            request,
            self._model.sizes,
            longest=longest(self._model),
            embedding=self._wished(words_of(request), request.embedding),
            negative=self._unwished(request.negative),
            candidates=self.options.best_of,
        )

    def _wished(self, words: str, embedding: Floats | None) -> Floats:
        if embedding is None:
            return self._read(words)
        require_size(embedding, self._model.sizes, self._model.folder.name)
        return normalised(embedding)

    def _unwished(self, words: str) -> Floats:
        return self._read(words) if words.strip() else self._model.unconditional

    def _read(self, text: str) -> Floats:
        """Embed one text, by itself, so that its neighbours do not touch its bits."""
        if text not in self._heard:
            self._heard[text] = self._model.words.encode_texts([text])[0]
            require_size(self._heard[text], self._model.sizes, self._model.folder.name)
        return self._heard[text]

    def _together(self, chosen: Sequence[tuple[Order, int]], progress: Progress, stage: Stage) -> Floats:
        """Return the waveforms of a batch, ``float32 (n, samples)``, as many samples as the longest needs."""
        frames, model = chosen[0][0].frames, self._model
        conditions = Conditions(
            np.stack([made.embedding for made, _ in chosen]),
            np.stack([made.negative for made, _ in chosen]),
            tuple(made.seeds[number] for made, number in chosen),
        )
        work = Work(model, self._rooms, progress, stage, lambda: self._precise)
        reset_peak(self.compute)
        samples = max(made.samples for made, _ in chosen)
        with memory_guard(f"Making {samples / model.sizes.sample_rate:.1f} s of sound"):
            ground = self._ground([made for made, _ in chosen], frames, progress)
            return waveforms(work, conditions, frames, samples, self.steps, ground=ground)

    def _ground(self, chosen: Sequence[Order], frames: int, progress: Progress) -> Ground | None:
        """Return what each order starts from: its sound begins at the cue's start, mirrored where it is too short."""
        if self._init is None:
            return None
        model, rows = self._model, []
        count = model.sizes.samples(frames)
        for made in chosen:
            wave = mirrored(self._init, count, made.lead)
            rows.append(encoded(model, wave, frames, longest=longest(model), check=progress.check).latents)
        return Ground(torch.cat(rows))

    def _score(self, wave: Floats, embedding: Floats) -> float:
        if self._listener is None or self.options.best_of == 1:
            return 1.0
        return likeness(self._listener, wave, self._model.sizes.sample_rate, embedding)

    def _sound(self, made: Order, kept: Candidates, progress: Progress) -> Sound:
        rate, request = self._model.sizes.sample_rate, made.request
        words = words_of(request)
        return Sound(
            blocks=checked(blocks_of(kept.wave, rate, request), progress),
            source=f"AudioLDM {self._card.name}" + (f": {words}" if words else ""),
            licence=self._card.licence,
            native_rate=rate,
            details=recorded(self._card, made, kept, self.options, self.compute, windows=self._windows_of(made)),
        )

    def _silent(self, request: SoundRequest, progress: Progress) -> Sound:
        with self._lock:
            card, rate = self._card, self._model.sizes.sample_rate
        blocks = checked(silence(request.samples, request.channels), progress)
        return Sound(blocks, f"AudioLDM {card.name}: no hit inside", card.licence, rate)

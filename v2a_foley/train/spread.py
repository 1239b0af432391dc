"""``train embed`` on a cluster: each actor embeds a part of the source into one store that all of them see.

The parts are those of ``--part``; what a part does stands in ``embedding.py``, how actors are talked to in
``engine/cluster/``.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from v2a_foley.engine.cluster.carriage import Shared
from v2a_foley.engine.cluster.converse import carried_out, converse
from v2a_foley.engine.cluster.crew import Actor, Crew
from v2a_foley.engine.cluster.door import ADDRESS, connect
from v2a_foley.errors import Cancelled, SourceError, StoreError, UsageError, WorkerDied
from v2a_foley.files import scratch_folder, translated
from v2a_foley.pairs import shard_paths
from v2a_foley.pairs.shard import read_shard
from v2a_foley.progress import Progress, ProgressEvent
from v2a_foley.train.embed_settings import EmbedSettings
from v2a_foley.train.embedding import EmbedResult, embed
from v2a_foley.train.filling import STAGE

ATTEMPTS = 10
"""How often a part is begun, on one node after the other, before the work is given up."""
_LET_GO = 90.0
"""Seconds that a node that was lost gets to let go of its part."""
_LOOK = 0.25


class EmbedDesk:
    """Embeds parts in the actor's own process; runs inside an actor."""

    def carry_out(
        self, order: Mapping[str, Any], told: Callable[[ProgressEvent], None], stopped: threading.Event, log: Path
    ) -> Mapping[str, Any]:
        """Do a part; see ``seat.Desk``. The order holds ``source``, ``store`` and the fields of ``EmbedSettings``."""
        chosen = dict(order["settings"])
        chosen["clips"] = Path(chosen["clips"]) if chosen["clips"] else None
        progress = Progress(told, _stop=stopped)
        result = embed(Path(order["source"]), Path(order["store"]), EmbedSettings(**chosen), progress)
        for sentence in progress.warnings:
            with log.open("a", encoding="utf-8") as file:
                file.write(f"{sentence}\n")
        return {**result.as_dict(), "warnings": list(progress.warnings)}

    def close(self) -> None:
        """Nothing is held."""


def embed_on_cluster(
    source: Path,
    store: Path,
    settings: EmbedSettings | None = None,
    progress: Progress | None = None,
    *,
    address: str = ADDRESS,
) -> EmbedResult:
    """Embed all clips of a source on a Ray cluster: as ``embedding.embed``, with one actor a GPU, or else one a node.

    Source and store must lie on a disk that all nodes see at the same paths. The part of a node that is lost is gone on
    with by another one; its finished shards stand. At the end, the store is looked through once more as a whole.

    Args:
        source: a folder or a list, see ``find_source``.
        store: the folder to write; made if it is missing.
        settings: how; without a part.
        progress: told of the stage ``embed``.
        address: of the cluster, see ``door.connect``.

    Raises:
        UsageError: a part was asked for, the nodes do not see the folders, or the store was made otherwise.
        WorkerDied: a part was lost on ten nodes, one after the other.
        FoleyError: as ``embedding.embed`` has it.
    """
    settings, progress, began = settings or EmbedSettings(), progress or Progress(), time.monotonic()
    if settings.part:
        raise UsageError("--part and --engine ray both divide the work.", hint="Leave out --part.")
    cluster = connect(address)
    places = None
    try:
        places = cluster.places(cluster.cores())
    finally:
        if places is None:
            cluster.close()
    crew = Crew(cluster, EmbedDesk, places)
    try:
        before = _pairs_in(store)
        with scratch_folder() as logs:
            work = _Spread(source.absolute(), store.absolute(), settings, progress, crew, logs)
            parts = [f"{number}/{places.count}" for number in range(1, places.count + 1)]
            done = work.together(parts) if len(parts) > 1 else []
            whole = work.together([""])[0]
    finally:
        crew.close()
    reasons = sum((Counter(each["reasons"]) for each in done), Counter(whole["reasons"]))
    return EmbedResult(
        store=store,
        pairs=whole["pairs"],
        made=whole["pairs"] - before,
        shards=whole["shards"],
        broken=whole["broken"],
        reasons=dict(reasons.most_common()),
        missing=whole["missing"],
        damaged=whole["damaged"] + sum(each["damaged"] for each in done),
        seconds=time.monotonic() - began,
    )


@dataclass
class _Spread:
    """The work while it lasts."""

    source: Path
    store: Path
    settings: EmbedSettings
    progress: Progress
    crew: Crew
    logs: Path
    _stopped: threading.Event = field(default_factory=threading.Event)
    _told: dict[str, ProgressEvent] = field(default_factory=dict)

    def together(self, parts: Sequence[str]) -> list[Mapping[str, Any]]:
        """Let actors do some parts side by side, and return what came of each that found something."""
        self._told = {}
        shared = Shared(self.crew)
        with ThreadPoolExecutor(len(parts), "v2a-foley-part") as pool:
            futures = [pool.submit(self._part, part, shared) for part in parts]
            try:
                with self.progress.stage(STAGE) as stage:
                    while wait(futures, _LOOK, FIRST_EXCEPTION).not_done and not any(map(_failed, futures)):
                        told = list(self._told.values())
                        stage.total = sum(each.total for each in told)
                        stage.tell(sum(each.done for each in told), f"on {len(told)} nodes")
            finally:
                self._stopped.set()  # where one has failed, or the work is stopped, the others stop
        self._stopped.clear()
        failed = [error for each in futures if (error := each.exception()) is not None]
        if failed:
            raise min(failed, key=lambda each: isinstance(each, Cancelled))
        found = [each.result() for each in futures]
        for each in found:
            for sentence in each["warnings"] if each else ():
                self.progress.warn(sentence)
        return [each for each in found if each is not None]

    def _part(self, part: str, shared: Shared) -> Mapping[str, Any] | None:
        """Do a part, on one node after the other if need be; None where there is nothing in it."""
        values = asdict(replace(self.settings, part=part))
        values["clips"] = str(values["clips"].absolute()) if values["clips"] else None
        order = {"source": str(self.source), "store": str(self.store), "settings": values}
        log = self.logs / f"{part.replace('/', 'of') or 'whole'}.log"

        def work(actor: Actor) -> Mapping[str, Any]:
            try:
                self.store.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise translated(error, self.store) from error
            shared.require_folder(actor, self.store)
            shared.require_source(actor, self.source)
            return converse(self.crew, actor, order, lambda event: self._hear(part, event), self._stopped, log)

        lost, until = 0, 0.0
        while True:
            try:
                return carried_out(self.crew, work, lambda _: None, self._stopped, log)
            except WorkerDied as error:
                lost, until = lost + 1, time.monotonic() + _LET_GO
                self.progress.warn(f"{error.message} Its part is done again.")
                if lost >= ATTEMPTS:
                    raise
            except SourceError:
                if not part:
                    raise
                return None  # the whole, which comes last, says so if there is nothing at all
            except UsageError:
                if time.monotonic() > until:  # before that, what was lost may still hold its part
                    raise
                self._stopped.wait(2.0)

    def _hear(self, part: str, event: ProgressEvent) -> None:
        if event.stage == STAGE:
            self._told[part] = event


def _failed(future: Future[Any]) -> bool:
    return future.done() and future.exception() is not None


def _pairs_in(store: Path) -> int:
    """Return how many pairs lie in a store's shards that can be read."""
    count = 0
    for path in shard_paths(store):
        try:
            count += len(read_shard(path).rows)
        except StoreError:  # it will be moved aside, and told of
            continue
    return count

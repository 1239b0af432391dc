"""Films and a training set on a real Ray cluster: the bits of this machine, killed nodes, files that travel."""

from __future__ import annotations

import hashlib
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.engine.cluster.nodes import Nodes, nodes
from tests.footage import make_film
from tests.tiny.profile import write_profile
from v2a_foley.engine.cluster import RayHand, ray_hands
from v2a_foley.engine.projects import film
from v2a_foley.engine.queue.hands import Order
from v2a_foley.errors import Cancelled, ProjectLocked, UsageError, WorkerDied
from v2a_foley.pairs import open_pairs, shard_paths
from v2a_foley.progress import Progress, ProgressEvent
from v2a_foley.train.embed_settings import EmbedSettings
from v2a_foley.train.embedding import embed
from v2a_foley.train.spread import embed_on_cluster

pytestmark = pytest.mark.xdist_group("ray")

CHOICES = {"prompt": ["1=a dog barks", "2=a bell rings"], "handles": 0.5, "overwrite": True}


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_film(tmp_path_factory.mktemp("short") / "film.mp4", seconds=1, size=(160, 90), cuts=(12,), sound="tone")


@pytest.fixture(scope="module")
def footage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("footage")
    return make_film(folder / "film.mp4", seconds=3, size=(160, 90), cuts=(25, 50), sound="tone")


def order(source: Path, place: Path, seed: int = 0) -> Order:
    place.mkdir(parents=True, exist_ok=True)
    more = {"stems": str(place / "stems"), "spotting": str(place / "list.csv"), "timeline": str(place / "list.otio")}
    return Order(
        place.name, source, place / "out.mp4", {**CHOICES, **more, "seed": seed}, place.parent / "work" / place.name
    )


def sums(place: Path) -> dict[str, str]:
    """Return the hashes of what was delivered; the timeline names its own place."""
    found = {}
    for file in sorted(each for each in place.rglob("*") if each.is_file()):
        data = file.read_bytes().replace(place.as_uri().encode(), b"file://")
        found[file.relative_to(place).as_posix()] = hashlib.sha256(data).hexdigest()
    return found


def here(source: Path, place: Path, seeds: int = 1) -> list[dict[str, str]]:
    """Return what comes of films on this machine, by their seeds."""
    for seed in range(seeds):
        film(order(source, place / str(seed), seed), Progress())
    return [sums(place / str(seed)) for seed in range(seeds)]


def carried(hand: RayHand, wish: Order, lost: list[str]) -> dict[str, Any]:
    """Carry an order out as the queue does: again where a hand died under it."""
    log = wish.work.parent / f"{wish.id}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    for _ in range(40):
        try:
            return dict(hand.carry_out(wish, lambda _: None, threading.Event(), log))
        except WorkerDied as error:
            lost.append(error.message)
        except ProjectLocked:
            time.sleep(0.5)
    raise AssertionError(f"{wish.id} was not done: {lost}")


@pytest.mark.long
def test_two_nodes_make_the_films_of_this_machine(two: Nodes, short: Path, tmp_path: Path):
    """One film lies on a disk that both see, the other travels."""
    wanted = here(short, tmp_path / "here")[0]
    hands = [*ray_hands(1, address=two.address), *ray_hands(1, address=two.address, files="store")]
    wishes = [order(short, tmp_path / "there" / name) for name in ("shared", "store")]
    told: list[ProgressEvent] = []
    log = tmp_path / "log"
    try:
        with ThreadPoolExecutor(2) as pool:
            work = [
                pool.submit(hand.carry_out, wish, told.append, threading.Event(), log)
                for hand, wish in zip(hands, wishes, strict=True)
            ]
            results = [each.result() for each in work]
        stopped = threading.Event()
        stopped.set()
        with pytest.raises(Cancelled):
            hands[0].carry_out(wishes[0], told.append, stopped, log)
    finally:
        for hand in hands:
            hand.close()
            hand.close()
    for wish, result in zip(wishes, results, strict=True):
        assert sums(wish.output.parent) == wanted
        assert result["output"] == str(wish.output)
        assert all(Path(stem).is_file() for stem in result["stems"].values())
        assert not list(wish.work.glob("trying/*"))
    assert {"look", "generate", "mix"} <= {each.stage for each in told}


def test_a_cluster_that_is_not_there_is_said_so_at_once():
    for address in ("127.0.0.1:1", "nonsense", "host:port", "ray://host:1"):
        began = time.monotonic()
        with pytest.raises(UsageError):
            ray_hands(address=address)
        assert time.monotonic() - began < 20
    with pytest.raises(UsageError, match="carrier pigeon"):
        ray_hands(address="auto", files="carrier pigeon")


@pytest.mark.long
@pytest.mark.parametrize("files", ["shared", "store"])
def test_films_survive_the_death_of_a_node(files: str, footage: Path, tmp_path: Path):
    wanted, lost = here(footage, tmp_path / "here", 6), list[str]()
    with nodes(head=0, more=2) as cluster:
        hands = ray_hands(address=cluster.address, files=files)
        assert len(hands) == 2
        wishes = [order(footage, tmp_path / "there" / str(seed), seed) for seed in range(6)]
        victim = next(iter(cluster.cluster.worker_nodes))
        timer = threading.Timer(9.0, cluster.kill, [victim])
        timer.start()
        try:
            with ThreadPoolExecutor(2) as pool:
                list(pool.map(lambda n: carried(hands[n % 2], wishes[n], lost), range(6)))
        finally:
            timer.join()
            for hand in hands:
                hand.close()
    assert lost
    assert [sums(wish.output.parent) for wish in wishes] == wanted


@pytest.mark.long
def test_films_survive_ten_deaths_at_any_moment(footage: Path, tmp_path: Path):
    """One round of films after the other, until ten nodes have been killed under them."""
    drawn, lost, deaths = np.random.default_rng(6), list[str](), 0
    wanted, wishes = here(footage, tmp_path / "here", 6), list[Order]()
    with nodes(head=0, more=2) as cluster:
        hands = ray_hands(address=cluster.address)
        try:
            with ThreadPoolExecutor(2) as pool:
                work: list[Future[dict[str, Any]]] = []
                while deaths < 10:
                    if all(each.done() for each in work):
                        there = tmp_path / f"there{len(wishes)}"
                        these = [order(footage, there / str(seed), seed) for seed in range(6)]
                        work += [pool.submit(carried, hands[n % 2], wish, lost) for n, wish in enumerate(these)]
                        wishes += these
                    time.sleep(drawn.uniform(1, 6))
                    cluster.kill(list(cluster.cluster.worker_nodes)[drawn.integers(2)])
                    cluster.add()  # Ray wants its main thread for this
                    deaths += 1
                for each in work:
                    each.result()
        finally:
            for hand in hands:
                hand.close()
    assert lost
    for number, wish in enumerate(wishes):
        assert sums(wish.output.parent) == wanted[number % 6]


def halves(store: Path) -> dict[str, bytes]:
    """Return the bits of every pair."""
    pairs = open_pairs([store])
    both = np.concatenate(pairs.take(np.arange(len(pairs))), axis=1)
    return {row.key: one.tobytes() for row, one in zip(pairs.rows, both, strict=True)}


@pytest.mark.long
def test_a_training_set_survives_the_death_of_a_node(tmp_path: Path):
    tiny = write_profile(tmp_path / "tiny")
    (tmp_path / "films").mkdir()
    for number in range(24):
        seconds = 2 + number % 3
        make_film(
            tmp_path / "films" / f"{number:02d}.mp4", seconds=seconds, size=(128, 72), cuts=[3 + number], sound="tone"
        )
    (tmp_path / "films" / "bad.mp4").write_bytes(b"no film")
    settings = EmbedSettings(profile=str(tiny), clip_length=2.0, frames=10, shard_rows=2)
    alone = embed(tmp_path / "films", tmp_path / "alone", settings)
    with nodes(head=0, more=2) as cluster:
        many, over = tmp_path / "many", threading.Event()

        def kill() -> None:
            while len(shard_paths(many)) < 3:
                if over.wait(0.02):
                    return
            cluster.kill(next(iter(cluster.cluster.worker_nodes)))

        killer = threading.Thread(target=kill)
        killer.start()
        progress = Progress()
        try:
            result = embed_on_cluster(tmp_path / "films", many, settings, progress, address=cluster.address)
        finally:
            over.set()
            killer.join()
    assert any("was lost" in sentence for sentence in progress.warnings)
    assert halves(many) == halves(tmp_path / "alone")
    assert (result.pairs, result.made, result.broken) == (alone.pairs, alone.pairs, 1)
    assert embed(tmp_path / "films", many, settings).made == 0

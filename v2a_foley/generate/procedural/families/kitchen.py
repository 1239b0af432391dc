"""Work in the kitchen and at the table: what sizzles, is cut, stirred, bitten. Crockery that is struck is an impact."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from v2a_foley.generate.procedural.family import RATE, Block, Family, Instrument, Studio, Wave, choice, span, steady
from v2a_foley.generate.procedural.parts.bodies import blow, body_of, held, hollow
from v2a_foley.generate.procedural.parts.contact import puff, rub, shower
from v2a_foley.generate.procedural.parts.filters import band, coloured, highpass, lowpass, slope
from v2a_foley.generate.procedural.parts.grains import Scatter, bubbles, ticks
from v2a_foley.generate.procedural.parts.noise import Moments, Noise, Slow, around, between
from v2a_foley.generate.procedural.parts.shapes import lay, line, seconds, unit


@dataclass(frozen=True)
class Sizzle:
    """Water meets hot fat: how hot, how much food, how wet it is."""

    heat: float = span(0.5)
    amount: float = span(0.5)
    wetness: float = span(0.4)


def build_sizzle(params: Sizzle, studio: Studio) -> Instrument:
    """Build a pan; the drive is its heat."""
    own, near = studio.rng("pan"), studio.rng("near")
    hiss = coloured(slope(-1.0), highpass(1800 + 1600 * params.heat, 1), lowpass(13_000, 1))
    noise, waver, swell = Noise(studio.rng("noise"), studio.channels), Slow(own, 12), Slow(studio.rng("swell"), 0.4)
    small = ticks(own, 120, 2200, 11_000, (0.0006, 0.004))
    pops = [puff(own, 500 + 800 * own.random(), 6000, between(own, 0.006, 0.02), 0.0001) for _ in range(40)]
    seethe = bubbles(own, 60, 500, 2600)
    spatter = Moments(studio.rng("spatter"), 60 + 700 * params.heat * (0.3 + params.amount))
    pop = Moments(studio.rng("pops"), 0.5 + 14 * params.wetness * params.heat)
    boil, scatter = Moments(studio.rng("boil"), 120 * params.wetness), Scatter(studio.channels)

    def play(block: Block) -> Wave:
        n = block.samples
        lively = np.exp(0.3 * swell(n))
        grains = [
            (int(t), min(0.09 * (1 + near.pareto(1.8)), 1) * small[int(near.integers(120))], between(near, -0.5, 0.5))
            for t in spatter(n, np.clip(0.5 * lively * block.drive, 0, 1))
        ]
        grains += [
            (int(t), between(near, 0.3, 1) * pops[int(near.integers(40))], between(near, -0.4, 0.4))
            for t in pop(n, np.clip(0.6 * lively * block.drive, 0, 1))
        ]
        grains += [(int(t), 0.12 * near.random() * seethe[int(near.integers(60))], 0.0) for t in boil(n)]
        bed = hiss(noise(n)) * np.clip(1 + 0.2 * waver(n), 0.2, 2) * lively
        return (0.03 + 0.09 * params.amount) * (0.4 + 0.6 * params.heat) * bed + 0.5 * scatter(n, grains)

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        n = seconds(around(rng, 1.1, 0.2))
        shape = line(((0, 0.6), (0.05, 1), (0.4, 0.5), (1, 0)), n)
        count = rng.poisson(300 * strength)
        spat = shower(np.r_[0.0, 0.9 * rng.random(count) ** 1.5], np.r_[1.0, rng.random(count) ** 2], small, rng)
        return lay([(0.0, 0.6 * rub(rng, 2200, 12_000, shape, 0.3)), (0.0, 0.5 * unit(spat))])

    return Instrument(play=play, strike=strike, rhythm=steady(3.0))


SIZZLE = Family(
    "sizzle",
    "Food fries: water that bursts into steam in hot fat, hiss, spatter and pops.",
    Sizzle,
    build_sizzle,
    model=(
        "Each droplet of water that meets hot fat turns to steam and bursts: a click, whose sizes follow a power law. "
        "Many small ones fuse into a bright hiss that gets denser with the heat and the amount of food; larger "
        "droplets pop. Wet food adds the bubbles of its own boiling below."
    ),
    source="Farnell, Designing Sound (2010), on fire and boiling; derived besides: a Poisson process of small bursts.",
)


@dataclass(frozen=True)
class Cutting:
    """A blade goes through food to the board: what board, how hard the food, how heavy the blade, cuts a second."""

    board: str = choice("wood", "plastic", "stone")
    hardness: float = span(0.5)
    blade: float = span(0.4)
    rate: float = span(3.0, 0.5, 9.0, unit="cuts/s")


def build_cutting(params: Cutting, studio: Studio) -> Instrument:
    """Build a knife, a board, and what lies between them."""
    own = studio.rng("board")
    board = hollow(held(body_of(params.board, 0.55, own), 0.4), 0.3, 240, own)
    knife = held(body_of("metal", 0.05 + 0.35 * params.blade, own), 0.65)
    crisp = ticks(own, 40, 900 + 1200 * params.hardness, 3500 + 5000 * params.hardness, (0.001, 0.006))

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        through = around(rng, 0.02 + 0.05 * params.hardness, 0.25) / (0.6 + 0.6 * strength)
        cracks = rng.poisson(4 + 26 * params.hardness)
        food = shower(np.r_[0.0, through * rng.random(cracks)], np.r_[1.0, rng.random(cracks) ** 1.5], crisp, rng)
        wet = rub(rng, 500, 5000, line(((0, 0.5), (0.6, 1), (1, 0.2)), seconds(through + 0.01)))
        landing = 0.35 + 0.65 * params.blade
        return lay(
            [
                (0.0, (0.1 + 0.45 * params.hardness) * unit(food)),
                (0.0, 0.18 * wet),
                (through, landing * unit(blow(board, 0.5 + 0.3 * params.blade, strength, rng))),
                (through, 0.4 * unit(blow(knife, 0.9, 0.5 * strength, rng))),
            ]
        )

    return Instrument(strike=strike, rhythm=steady(1 / params.rate, 0.12, 0.65))


CUTTING = Family(
    "cutting",
    "A blade goes through food and meets the board.",
    Cutting,
    build_cutting,
    model=(
        "The blade parts the food, crisp cells breaking one by one, the harder the more and the brighter; then it "
        "lands on the board, whose modes and those of the blade ring, damped by hands. Harder food takes longer; a "
        "heavier blade lands harder and rings lower."
    ),
    source="Gaver, Ecological Psychology 5 (1993); Vickers & Bourne, J. Food Science 41 (1976), on crisp cells.",
)


@dataclass(frozen=True)
class Stirring:
    """A tool turns in a vessel: of what, how large, how full of what, turns a second; a spoon or a whisk."""

    vessel: str = choice("ceramic", "metal", "glass", "wood")
    content: str = choice("liquid", "batter", "grains", "empty")
    tool: str = choice("spoon", "whisk", "pestle")
    size: float = span(0.4)
    rate: float = span(1.8, 0.4, 6.0, unit="turns/s")


def build_stirring(params: Stirring, studio: Studio) -> Instrument:
    """Build a vessel, its content and a tool; the drive is how fast it is stirred."""
    own, near = studio.rng("vessel"), studio.rng("near")
    grip = {"empty": 0.3, "liquid": 0.55, "grains": 0.75, "batter": 0.85}[params.content]
    vessel = held(body_of(params.vessel, 0.15 + 0.7 * params.size, own), grip)
    hard = {"spoon": 0.8, "whisk": 0.7, "pestle": 0.6}[params.tool]
    bank = [unit(blow(vessel, hard, force, own)) for force in (0.2, 0.35, 0.5, 0.7, 0.9) for _ in range(4)]
    often = {"spoon": 5.0, "whisk": 34.0, "pestle": 5.0}[params.tool]
    wet = params.content in ("liquid", "batter")
    drops = bubbles(own, 60, 350, 2200)
    grit = ticks(own, 80, 900, 6500, (0.0008, 0.005))
    slosh = coloured(slope(-3.0), band(250, 2600 if params.content == "batter" else 4500))
    scrape = coloured(slope(-2.0), band(900, 7000))
    noise, unsteady = Noise(studio.rng("noise"), studio.channels), Slow(studio.rng("unsteady"), 1.0)
    knocks, plops = Moments(studio.rng("knocks"), often), Moments(studio.rng("plops"), 45)
    crush, scatter = Moments(studio.rng("crush"), 420), Scatter(studio.channels)
    levels = {"liquid": (0.1, 0.3), "batter": (0.35, 0.15), "grains": (0.0, 0.0), "empty": (0.0, 0.0)}[params.content]
    state = {"turn": float(own.random())}

    def play(block: Block) -> Wave:
        n = block.samples
        speed = params.rate * (0.4 + 0.6 * block.drive) * np.clip(1 + 0.12 * unsteady(n), 0.5, 1.5)
        turn = state["turn"] + np.cumsum(speed) / RATE
        state["turn"] = float(turn[-1] % 1)
        push = np.clip(0.55 + 0.45 * np.sin(2 * np.pi * turn), 0, 1) * (0.3 + 0.7 * block.drive)
        grains = [
            (int(t), between(near, 0.3, 1.0) * bank[int(near.integers(20))], between(near, -0.15, 0.15))
            for t in knocks(n, np.clip(push**3 * params.rate / 2.5, 0, 1))
        ]
        if wet:
            grains += [(int(t), levels[1] * near.random() * drops[int(near.integers(60))], 0.0) for t in plops(n, push)]
        if params.content == "grains":
            grains += [
                (int(t), 0.5 * near.random() ** 2 * grit[int(near.integers(80))], between(near, -0.2, 0.2))
                for t in crush(n, push)
            ]
        white = noise(n)
        dry = 0.06 if params.tool == "pestle" or params.content == "empty" else 0.02
        return 0.8 * scatter(n, grains) + levels[0] * 0.3 * slosh(white) * push + dry * scrape(white) * push**1.5

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        parts = [(0.0, bank[int(rng.integers(20))] * strength)]
        if rng.random() < 0.6:
            parts.append((around(rng, 0.09, 0.3), 0.5 * bank[int(rng.integers(20))]))
        if wet:
            parts.append((0.02, 0.4 * drops[int(rng.integers(60))]))
        return lay(parts)

    return Instrument(play=play, strike=strike, rhythm=steady(1 / params.rate, 0.2), follows=True, rest=0.8)


STIRRING = Family(
    "stirring",
    "A spoon, whisk or pestle turns in a vessel: knocks on its wall, and what is in it.",
    Stirring,
    build_stirring,
    model=(
        "The tool presses on the wall once a turn and knocks there: blows on the vessel's modes, damped by what fills "
        "it. A spoon knocks a few times, the wires of a whisk many times a turn. Liquids slosh and trap bubbles, "
        "batter rubs, grains are crushed with single cracks; all follow the push of the hand, and so the turns."
    ),
    source=(
        "van den Doel & Pai, Presence 7 (1998), on the vessel; van den Doel, ACM Trans. Applied Perception 2 (2005), "
        "on bubbles; Cook, PhISEM, CMJ 21 (1997), on grains."
    ),
)


@dataclass(frozen=True)
class Eating:
    """A bite or a gulp, without a voice: how crisp, how wet, how large."""

    crispness: float = span(0.6)
    wetness: float = span(0.3)
    size: float = span(0.4)


def build_eating(params: Eating, studio: Studio) -> Instrument:
    """Build a mouth and what is in it; crispness 0 is drinking."""
    own = studio.rng("food")
    low = 700 + 700 * params.crispness
    cells = ticks(own, 80, low, 2600 + 7500 * params.crispness, (0.0008, 0.007))
    dull = [puff(own, 150, 1100, between(own, 0.01, 0.03), 0.001) for _ in range(20)]
    smack = bubbles(own, 50, 400, 2400)

    def strike(strength: float, rng: np.random.Generator) -> Wave:
        parts: list[tuple[float, Wave]] = []
        if params.crispness > 0.02:
            length = around(rng, 0.09 + 0.2 * params.size, 0.2)
            count = rng.poisson((12 + 110 * params.crispness) * (0.4 + params.size)) + 3
            at = np.r_[0.0, length * rng.beta(1.2, 1.9, count)]
            level = np.r_[1.0, np.minimum(0.12 * (1 + rng.pareto(1.4, count)), 1)]
            parts.append((0.0, (0.2 + params.crispness) * unit(shower(at, level, cells, rng))))
            parts.append((0.0, 0.5 * unit(shower(at[::4], level[::4], dull, rng))))
        else:
            parts.append((0.0, _gulp(params.size, rng)))
        wet = rng.poisson(26 * params.wetness)
        if wet:
            at = (0.1 + 0.3 * params.size) * rng.random(wet) ** 1.2
            parts.append((0.0, 0.45 * params.wetness * unit(shower(at, rng.random(wet) ** 2, smack, rng))))
        return lay(parts) * strength

    pause = 0.62 if params.crispness > 0.02 else 0.8
    return Instrument(strike=strike, rhythm=steady(pause, 0.12, 0.45))


def _gulp(size: float, rng: np.random.Generator) -> Wave:
    """A swallow: the larynx moves, a low click, and a bubble whose pitch slides up through the throat."""
    n = seconds(around(rng, 0.16 + 0.08 * size, 0.12))
    pitch = line(((0, 240), (0.5, 340), (1, 620)), n) * (1.25 - 0.5 * size) * around(rng, 1, 0.08)
    tone = np.sin(2 * np.pi * np.cumsum(pitch) / RATE) * line(((0, 0.6), (0.3, 1), (0.7, 0.35), (1, 0)), n)
    wash = rub(rng, 180, 1500, line(((0, 0.4), (0.5, 1), (1, 0)), n), 0.5)
    return lay([(0.0, 0.8 * puff(rng, 120, 900, 0.03, 0.001)), (0.012, 0.7 * tone), (0.0, 0.35 * wash)])


EATING = Family(
    "eating",
    "Bites and gulps without a voice: crisp cells that burst, wet smacks, swallows.",
    Eating,
    build_eating,
    model=(
        "Crisp food is cells that burst: each bite is a crowd of clicks, whose number and brightness go with the "
        "crispness, over duller knocks through the jaw; the first bite into much is longer. Wet food smacks, as "
        "bubbles do. With no crispness it is drinking: a click of the larynx and a bubble that slides up."
    ),
    source=(
        "Vickers & Bourne, A psychoacoustical theory of crispness, J. Food Science 41 (1976); Vickers, Crispness and "
        "crunchiness – a difference in pitch?, J. Texture Studies 15 (1984)."
    ),
    shown=({"crispness": 0.95, "wetness": 0.0}, {"crispness": 0.5, "wetness": 0.7}, {"crispness": 0.0}),
)

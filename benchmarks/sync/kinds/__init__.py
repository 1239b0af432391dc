"""The kinds of scene by name. What a kind draws lives in the modules beside this one."""

from __future__ import annotations

from benchmarks.sync.kinds.bags import boxing_bag
from benchmarks.sync.kinds.balls import basketball_dribble, billiard, bouncing_ball, rolling_ball
from benchmarks.sync.kinds.blades import sword_clash
from benchmarks.sync.kinds.breaking import breaking
from benchmarks.sync.kinds.clocks import clock_hand, metronome
from benchmarks.sync.kinds.doors import swinging_door
from benchmarks.sync.kinds.drawers import drawer
from benchmarks.sync.kinds.drums import drum_hits
from benchmarks.sync.kinds.falls import falling_things
from benchmarks.sync.kinds.hands import applause
from benchmarks.sync.kinds.jumping import jumping_figure
from benchmarks.sync.kinds.lights import light_switch
from benchmarks.sync.kinds.rolling import accelerating_wheel, passing_car
from benchmarks.sync.kinds.sparks import muzzle_flash
from benchmarks.sync.kinds.table import ping_pong
from benchmarks.sync.kinds.tipping import dominoes, toppling
from benchmarks.sync.kinds.tools import chopping_knife, hammer_nail, press_machine, typing
from benchmarks.sync.kinds.walking import footsteps
from benchmarks.sync.kinds.water import dropping_water
from benchmarks.sync.kinds.weather import rain_starts
from benchmarks.sync.scene import Kind

KINDS: dict[str, Kind] = {
    kind.__name__: kind
    for kind in (
        bouncing_ball, hammer_nail, footsteps, drum_hits, light_switch, accelerating_wheel, passing_car,
        typing, chopping_knife, billiard, basketball_dribble, press_machine,
        swinging_door, ping_pong, falling_things, breaking, applause, rain_starts, sword_clash, muzzle_flash,
        dominoes, toppling, jumping_figure, metronome, clock_hand, dropping_water, drawer, boxing_bag, rolling_ball,
    )
}  # fmt: skip
"""Rendered scenes whose contacts are known to the moment, and what is measured on them."""

HELD_OUT: frozenset[str] = frozenset({
    "ping_pong", "drum_hits", "footsteps", "falling_things", "light_switch", "sword_clash", "passing_car",
    "accelerating_wheel",
})  # fmt: skip
"""Kinds that no training may see."""

TRAINING: frozenset[str] = frozenset(KINDS) - HELD_OUT
"""Kinds that training may draw from."""

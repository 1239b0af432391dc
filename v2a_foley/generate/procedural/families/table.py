"""The table of all families, by the keys that the vocabulary uses."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from v2a_foley.generate.procedural.families.afloat import HARBOUR
from v2a_foley.generate.procedural.families.appliances import MILL, PNEUMATICS, PUMP, WASHER
from v2a_foley.generate.procedural.families.arms import BLADE, BOW
from v2a_foley.generate.procedural.families.baby import BABY
from v2a_foley.generate.procedural.families.balls import BALL
from v2a_foley.generate.procedural.families.bat import BAT
from v2a_foley.generate.procedural.families.bear import BEAR
from v2a_foley.generate.procedural.families.bell import BELL
from v2a_foley.generate.procedural.families.big_cat import BIG_CAT
from v2a_foley.generate.procedural.families.body import BREATH, COUGH, HEART
from v2a_foley.generate.procedural.families.booms import BOOM
from v2a_foley.generate.procedural.families.bowed import BOWED
from v2a_foley.generate.procedural.families.brass import BRASS
from v2a_foley.generate.procedural.families.breaking import BREAKING, COLLAPSE
from v2a_foley.generate.procedural.families.cabin import CABIN
from v2a_foley.generate.procedural.families.cartoon import CARTOON
from v2a_foley.generate.procedural.families.cat import CAT
from v2a_foley.generate.procedural.families.cattle import CATTLE
from v2a_foley.generate.procedural.families.choir import CHOIR
from v2a_foley.generate.procedural.families.cicada import CICADA
from v2a_foley.generate.procedural.families.city import CITY, STREET
from v2a_foley.generate.procedural.families.clicks import CLICKS
from v2a_foley.generate.procedural.families.clock import CLOCK
from v2a_foley.generate.procedural.families.cloth import CLOTH
from v2a_foley.generate.procedural.families.cricket import CRICKET
from v2a_foley.generate.procedural.families.crow import CROW
from v2a_foley.generate.procedural.families.crowd import CHEERING, CHILDREN, CROWD, LAUGHTER
from v2a_foley.generate.procedural.families.cymbals import CYMBALS
from v2a_foley.generate.procedural.families.deer import DEER
from v2a_foley.generate.procedural.families.dog import DOG
from v2a_foley.generate.procedural.families.dolphin import DOLPHIN
from v2a_foley.generate.procedural.families.doors import DOOR
from v2a_foley.generate.procedural.families.drone import DRONE, SHIMMER, SPACESHIP
from v2a_foley.generate.procedural.families.drops import DRIPS, SPLASH
from v2a_foley.generate.procedural.families.drums import DRUMS
from v2a_foley.generate.procedural.families.earth import EARTHQUAKE, ERUPTION, SLIDE
from v2a_foley.generate.procedural.families.elephant import ELEPHANT
from v2a_foley.generate.procedural.families.engine import ENGINE
from v2a_foley.generate.procedural.families.explosion import EXPLOSION
from v2a_foley.generate.procedural.families.fan import FAN
from v2a_foley.generate.procedural.families.fire import FIRE
from v2a_foley.generate.procedural.families.flesh import FLESH
from v2a_foley.generate.procedural.families.fowl import FOWL
from v2a_foley.generate.procedural.families.friction import ABRASION, FRICTION, SLIDING
from v2a_foley.generate.procedural.families.frog import FROG
from v2a_foley.generate.procedural.families.ground import DIGGING
from v2a_foley.generate.procedural.families.gull import GULL
from v2a_foley.generate.procedural.families.guns import BULLET, GUNSHOT
from v2a_foley.generate.procedural.families.hands import APPLAUSE, MARCHING
from v2a_foley.generate.procedural.families.heron import HERON
from v2a_foley.generate.procedural.families.hooves import HOOVES
from v2a_foley.generate.procedural.families.horse import HORSE
from v2a_foley.generate.procedural.families.hull import HULL
from v2a_foley.generate.procedural.families.ice import ICE
from v2a_foley.generate.procedural.families.impact import IMPACT
from v2a_foley.generate.procedural.families.insect_wings import INSECT_WINGS
from v2a_foley.generate.procedural.families.interface import INTERFACE
from v2a_foley.generate.procedural.families.jet import JET
from v2a_foley.generate.procedural.families.jingle import JINGLE
from v2a_foley.generate.procedural.families.keys import KEYS
from v2a_foley.generate.procedural.families.kitchen import CUTTING, EATING, SIZZLE, STIRRING
from v2a_foley.generate.procedural.families.laser import ENERGY, LASER
from v2a_foley.generate.procedural.families.liquid import BOILING, BUBBLES
from v2a_foley.generate.procedural.families.mains import ELECTRICITY, HUM
from v2a_foley.generate.procedural.families.mallets import MALLETS, MUSIC_BOX
from v2a_foley.generate.procedural.families.monkey import MONKEY
from v2a_foley.generate.procedural.families.motor import COMPUTER, GEARS, MOTOR
from v2a_foley.generate.procedural.families.office import PRINTER, SHUTTLE
from v2a_foley.generate.procedural.families.organ import BAGPIPE, FREE_REEDS, ORGAN
from v2a_foley.generate.procedural.families.owl import OWL
from v2a_foley.generate.procedural.families.parrot import PARROT
from v2a_foley.generate.procedural.families.penguin import PENGUIN
from v2a_foley.generate.procedural.families.percussion import PERCUSSION
from v2a_foley.generate.procedural.families.pig import PIG
from v2a_foley.generate.procedural.families.pigeon import PIGEON
from v2a_foley.generate.procedural.families.plucked import PLUCKED
from v2a_foley.generate.procedural.families.pour import POUR
from v2a_foley.generate.procedural.families.power_tools import BREAKER, DRILL, GRINDER, SAW
from v2a_foley.generate.procedural.families.pyrotechnics import FIREWORK, POP
from v2a_foley.generate.procedural.families.radio import RADIO
from v2a_foley.generate.procedural.families.rain import HAIL, RAIN
from v2a_foley.generate.procedural.families.raptor import RAPTOR
from v2a_foley.generate.procedural.families.robot import ROBOT
from v2a_foley.generate.procedural.families.rodent import RODENT
from v2a_foley.generate.procedural.families.rooms import INTERIOR, ROOMTONE
from v2a_foley.generate.procedural.families.rotor import ROTOR
from v2a_foley.generate.procedural.families.running import STREAM, WATERFALL
from v2a_foley.generate.procedural.families.seal import SEAL
from v2a_foley.generate.procedural.families.sheep import SHEEP
from v2a_foley.generate.procedural.families.sheets import SHEETS
from v2a_foley.generate.procedural.families.siren import HORN, SIREN
from v2a_foley.generate.procedural.families.snake import SNAKE
from v2a_foley.generate.procedural.families.songbird import SONGBIRD
from v2a_foley.generate.procedural.families.steam import STEAM
from v2a_foley.generate.procedural.families.steps import FOOTSTEPS
from v2a_foley.generate.procedural.families.surf import SURF
from v2a_foley.generate.procedural.families.synth import SYNTH
from v2a_foley.generate.procedural.families.teeth import TEETH
from v2a_foley.generate.procedural.families.telephone import BEEPER, TELEPHONE
from v2a_foley.generate.procedural.families.thunder import THUNDER
from v2a_foley.generate.procedural.families.train import STEAM_ENGINE, TRAIN
from v2a_foley.generate.procedural.families.typing import TYPING
from v2a_foley.generate.procedural.families.tyres import SKID, TYRES
from v2a_foley.generate.procedural.families.underwater import UNDERWATER
from v2a_foley.generate.procedural.families.waterfowl import WATERFOWL
from v2a_foley.generate.procedural.families.whale import WHALE
from v2a_foley.generate.procedural.families.wheels import BICYCLE, ROLLING, TRACKS
from v2a_foley.generate.procedural.families.whistle import WHISTLE
from v2a_foley.generate.procedural.families.whoosh import SWEEP, WHOOSH
from v2a_foley.generate.procedural.families.wilds import FOREST
from v2a_foley.generate.procedural.families.wind import WIND
from v2a_foley.generate.procedural.families.winds import WINDS
from v2a_foley.generate.procedural.families.wings import WINGS
from v2a_foley.generate.procedural.families.wolf import WOLF
from v2a_foley.generate.procedural.families.woodpecker import WOODPECKER
from v2a_foley.generate.procedural.families.works import WORKS
from v2a_foley.generate.procedural.family import Family

_ALL = (
    MILL,
    PNEUMATICS,
    PUMP,
    WASHER,
    FAN,
    HULL,
    ELECTRICITY,
    HUM,
    COMPUTER,
    GEARS,
    MOTOR,
    PRINTER,
    SHUTTLE,
    BREAKER,
    DRILL,
    GRINDER,
    SAW,
    RADIO,
    ROTOR,
    HORN,
    SIREN,
    BEEPER,
    TELEPHONE,
    STEAM_ENGINE,
    TRAIN,
    SKID,
    TYRES,
    BICYCLE,
    TRACKS,
    IMPACT,
    FOOTSTEPS,
    ENGINE,
    BELL,
    CLOCK,
    JET,
    ROLLING,
    CLICKS,
    CLOTH,
    EXPLOSION,
    BLADE,
    BOW,
    BALL,
    BREAKING,
    COLLAPSE,
    DOOR,
    FLESH,
    ABRASION,
    FRICTION,
    SLIDING,
    DIGGING,
    BULLET,
    GUNSHOT,
    JINGLE,
    CUTTING,
    EATING,
    SIZZLE,
    STIRRING,
    FIREWORK,
    POP,
    SHEETS,
    TEETH,
    TYPING,
    HOOVES,
    DOG,
    CAT,
    BIG_CAT,
    WOLF,
    CATTLE,
    SHEEP,
    PIG,
    HORSE,
    BEAR,
    ELEPHANT,
    MONKEY,
    DEER,
    SEAL,
    PENGUIN,
    RODENT,
    BAT,
    WHALE,
    DOLPHIN,
    BABY,
    SONGBIRD,
    GULL,
    CROW,
    PARROT,
    RAPTOR,
    OWL,
    FOWL,
    WATERFOWL,
    HERON,
    PIGEON,
    WOODPECKER,
    WINGS,
    CRICKET,
    CICADA,
    INSECT_WINGS,
    FROG,
    SNAKE,
    CROWD,
    CHEERING,
    CHILDREN,
    LAUGHTER,
    BREATH,
    COUGH,
    HEART,
    BOOM,
    BOWED,
    BRASS,
    CARTOON,
    CHOIR,
    CYMBALS,
    DRONE,
    SHIMMER,
    SPACESHIP,
    DRUMS,
    APPLAUSE,
    MARCHING,
    INTERFACE,
    KEYS,
    ENERGY,
    LASER,
    MALLETS,
    MUSIC_BOX,
    BAGPIPE,
    FREE_REEDS,
    ORGAN,
    PERCUSSION,
    PLUCKED,
    ROBOT,
    SYNTH,
    WHISTLE,
    SWEEP,
    WHOOSH,
    WINDS,
    HARBOUR,
    CABIN,
    CITY,
    STREET,
    DRIPS,
    SPLASH,
    EARTHQUAKE,
    ERUPTION,
    SLIDE,
    FIRE,
    ICE,
    BOILING,
    BUBBLES,
    POUR,
    HAIL,
    RAIN,
    INTERIOR,
    ROOMTONE,
    STREAM,
    WATERFALL,
    STEAM,
    SURF,
    THUNDER,
    UNDERWATER,
    FOREST,
    WIND,
    WORKS,
)

FAMILIES: Mapping[str, Family] = MappingProxyType({family.name: family for family in _ALL})
"""Every family, by name."""

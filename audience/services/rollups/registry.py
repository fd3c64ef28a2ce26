"""All rollups, in the order in which they are written: people first, whom the others take changes from."""

from audience.services.rollups.days import Days
from audience.services.rollups.groups import Groups
from audience.services.rollups.habits import Habits
from audience.services.rollups.hours import Hours
from audience.services.rollups.packs import Packs
from audience.services.rollups.parts import Part
from audience.services.rollups.people import People
from audience.services.rollups.posts import Posts

PARTS: list[Part] = [People(), Groups(), Hours(), Days(), Posts(), Habits(), Packs()]

"""The road of a project: made from a film, its takes generated and kept, rendered; and a film as one resumable job.

What a project is, and how it is kept in its folder, stands in ``project/``; what is asked of sounds in ``engine/``.
"""

from v2a_foley.engine.projects.film import film
from v2a_foley.engine.projects.road import generate, new_project, render
from v2a_foley.engine.projects.warm import Warm
from v2a_foley.engine.projects.wishes import why_stale

__all__ = ["Warm", "film", "generate", "new_project", "render", "why_stale"]

"""Routers from their parts: a directory, the city's rules, the rule packs that the deployment chose."""

from __future__ import annotations

from collections.abc import Callable

from services.adapters.cues import load_cues
from services.adapters.directory_files import load_lexicon
from services.adapters.edition import edition
from services.domain.directory import Directory
from services.domain.matter import MatterFinder
from services.domain.place import PlaceFinder
from services.domain.router import Router
from services.domain.rule_set import RuleSet, edition_name
from services.domain.sorting import Sorter
from services.domain.statute import RulePack
from services.domain.witness import Witnesses


def build_router(
    directory: Directory,
    rules: RuleSet,
    *,
    pack: Callable[[str], RulePack],
    threshold: float,
    places: PlaceFinder | None = None,
    witnesses: Witnesses | None = None,
) -> Router:
    """``threshold`` is the deployment's, where the rules set none; ``places`` a finder of that directory.

    ``witnesses`` are the trained models to be heard, named in the decisions.
    """
    heard = witnesses or Witnesses()
    chosen = threshold if rules.threshold is None else rules.threshold
    return Router(
        directory,
        places or PlaceFinder(directory.gazetteer, directory.places),
        MatterFinder(rules.lexicon or load_lexicon(), directory.categories),
        Sorter(rules.cues or load_cues()),
        pack,
        threshold=chosen,
        rules_version=edition_name(edition(), rules.version, chosen, heard.version),
        witnesses=heard,
    )

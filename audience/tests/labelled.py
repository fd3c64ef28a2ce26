"""People with labels of the random sample, for tests. Call inside a workspace scope."""

from random import Random

from audience.models import Classification, Commenter, Review, ReviewItem
from audience.queries.accuracy import case_of_row
from audience.services import reviews
from audience.tests import factories
from aura.providers.ports import AGES, UNKNOWN

MEN_RIGHT, WOMEN_RIGHT = 0.9, 0.95


def label_people(how_many: int, chance: Random, *, size: int = 1000, model: str = "local") -> list[Commenter]:
    """So many people drawn from two strata of ``size`` people, judged by a person, with a model that errs."""
    people = []
    for number in range(how_many):
        truth = "woman" if number % 2 else "man"
        right = chance.random() < (WOMEN_RIGHT if truth == "woman" else MEN_RIGHT)
        seen = truth if right else {"woman": "man", "man": "woman"}[truth]
        age = AGES[1 + number // 2 % 6]
        seen_age = age if chance.random() < 0.6 else AGES[min(6, 1 + (number // 2 + 1) % 6)]
        seen_age = UNKNOWN if number % 7 == 0 else seen_age
        people.append(_judged(truth, age, seen, seen_age, chance, size, model))
    return people


def _judged(truth: str, age: str, seen: str, seen_age: str, chance: Random, size: int, model: str) -> Commenter:
    person = factories.commenter(gender=seen, age=seen_age)
    confidence = 0.6 + 0.39 * chance.random()
    factories.classification(
        person,
        model=model,
        gender_confidence=confidence,
        probabilities={"gender": {seen: confidence}, "age": {seen_age: 0.5} if seen_age != UNKNOWN else {}},
    )
    item = ReviewItem.objects.create(
        workspace_id=person.workspace_id,
        commenter=person,
        queue="sample",
        stratum=f"{seen}|{seen_age}",
        stratum_size=size,
        place=0,
    )
    reviews.correct(person, None, {"gender": truth, "age": age, "profile_type": "person"}, Review.Source.SAMPLE, item)
    return person


def right_share(people: list[Commenter]) -> float:
    """The plain share of people whose gender the model had right."""
    rows = Classification.objects.filter(commenter__in=people, is_current=True)
    truth = dict(
        Review.objects.filter(dimension="gender", is_current=True, commenter__in=people).values_list(
            "commenter_id", "value"
        )
    )
    cases = [case_of_row(row, "gender", truth[row.commenter_id]) for row in rows]
    return sum(case.seen == case.truth for case in cases) / len(cases)

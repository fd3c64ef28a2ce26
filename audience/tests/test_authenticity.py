"""A6: signs of copied or arranged comments are found where they are planted and not in what honest people write."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from audience import authenticity as judge


def poisson_by_hand(count: int, mean: float) -> float:
    """The same by adding up the terms themselves."""
    terms = [1.0]
    for number in range(1, 400):
        terms.append(terms[-1] * mean / number)
    return sum(terms[count:]) / sum(terms)


@given(st.integers(0, 80), st.floats(0.1, 40))
def test_poisson_tails_are_right(count: int, mean: float) -> None:
    assert abs(judge.poisson_tail(count, mean) - poisson_by_hand(count, mean)) < 1e-6


@given(st.floats(0, 1), st.floats(0, 1), st.sampled_from(sorted(judge.SCALES)))
def test_more_of_a_sign_never_costs_less(first: float, second: float, name: str) -> None:
    usual, worst, most = judge.SCALES[name]
    low, high = sorted((first, second))
    assert 0 <= judge.lost(low, usual, worst, most) <= judge.lost(high, usual, worst, most) <= most


@given(
    st.lists(
        st.tuples(st.sampled_from(sorted(judge.SCALES)), st.integers(0, 500)), max_size=4, unique_by=lambda p: p[0]
    )
)
def test_the_score_is_a_hundred_less_its_parts_and_inside_its_range(parts: list[tuple[str, int]]) -> None:
    found = [judge.part(name, count, 500) for name, count in parts]
    score, low, high = judge.score(found)
    assert abs(score - (100 - sum(part.points for part in found))) < 1e-9
    assert -1e-9 <= low <= score + 1e-9
    assert score <= high + 1e-9 <= 100 + 2e-9


def usual_posts(seed: int, count: int = 40) -> list[judge.Early]:
    """Posts of which a tenth of the day's comments come in the first minutes, scattered more than Poisson's."""
    choice = random.Random(seed)
    return [
        judge.Early(f"p{number}", sum(choice.random() < choice.gauss(0.1, 0.03) for _ in range(day)), day)
        for number, day in enumerate(choice.randrange(50, 400) for _ in range(count))
    ]


def test_honest_posts_hardly_ever_burst() -> None:
    assert sum(len(judge.bursts(usual_posts(seed))) for seed in range(60)) <= 1


def test_a_planted_burst_is_found_and_only_it() -> None:
    posts = [*usual_posts(3), judge.Early("bought", 150, 200)]
    assert [burst.post for burst in judge.bursts(posts)] == ["bought"]


def test_few_posts_are_not_judged() -> None:
    assert judge.bursts([judge.Early(str(number), 90, 100) for number in range(judge.BURST_POSTS - 1)]) == []


def crowd(seed: int, people: int = 150, posts: int = 60) -> dict[str, dict[str, float]]:
    """People who each comment on some posts at some time of the first day; some on nearly all."""
    choice = random.Random(seed)
    found = {}
    for number in range(people):
        share = choice.choice([0.1, 0.2, 0.3, 0.9])
        chosen = [post for post in range(posts) if choice.random() < share]
        found[f"h{number}"] = {f"p{post}": 2000.0 * post + choice.uniform(0, 900) for post in chosen}
    return found


def test_honest_people_are_in_no_pod() -> None:
    assert sum(len(judge.pods(crowd(seed), 60)) for seed in range(8)) == 0


def test_planted_pods_are_found_whole_and_apart() -> None:
    comments, choice = crowd(1), random.Random(9)
    for pod in ("a", "b"):
        posts = choice.sample(range(60), 12)
        for member in range(4):
            at = {f"p{post}": 2000.0 * post + 5 + choice.uniform(0, 15) for post in posts if choice.random() < 0.95}
            comments[f"{pod}{member}"] = at
    found = judge.pods(comments, 60)
    assert sorted(sorted(member.person for member in pod) for pod in found) == [
        [f"a{number}" for number in range(4)],
        [f"b{number}" for number in range(4)],
    ]
    assert all(member.together >= 8 and member.minutes < 15 for pod in found for member in pod)


def test_loyal_people_without_haste_are_no_pod() -> None:
    choice = random.Random(2)
    loyal = {
        f"l{number}": {f"p{post}": 2000.0 * post + choice.uniform(0, 1400) for post in range(20)}
        for number in range(12)
    }
    assert judge.pods(loyal, 20) == []


@settings(deadline=None, max_examples=20)
@given(st.randoms(use_true_random=False))
def test_the_order_of_people_does_not_matter(shuffle: random.Random) -> None:
    comments = crowd(4, people=30, posts=20)
    for member in range(3):
        comments[f"x{member}"] = {f"p{post}": 2000.0 * post + member for post in range(8)}
    names = list(comments)
    shuffle.shuffle(names)
    again = {name: comments[name] for name in names}
    assert judge.pods(again, 20) == judge.pods(comments, 20)

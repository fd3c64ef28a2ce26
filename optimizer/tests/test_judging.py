"""A model's words are not posted under a brand's name where they are foul, or speak of somebody's body or origin."""

import time

import pytest

from optimizer.composing import LOCAL, Told, compose
from optimizer.judging import HOME, is_foul, unfit
from optimizer.limits import PLATFORMS
from optimizer.prompts import read
from optimizer.tests.answers import answer, asked

FIT = (
    ("en", "Our new cream leaves skin soft and weighs nothing in your bag."),
    ("en", "Slim fit, raw denim, made to last. Which wash would you wear?"),
    ("en", "A lavender bath bomb that turns the water violet. Terribly good."),
    ("en", "Naked cake with figs. To die for, says our baker."),
    ("en", "Indian spices, African prints and a Christmas market: what a Saturday."),
    ("en", "Meet the team: three people, two dogs, one oven."),
    ("en", "She carries the bread out at dawn, and the whole street smells of it."),
    ("en", "Open daily from 8 to 6. Come by the harbour for a coffee."),
    ("de", "Schlankes Gehäuse, fettes Display: das neue Modell ist da."),
    ("de", "Unsere Creme pflegt die Haut, auch im Winter. Was ist euer Tipp?"),
    ("de", "Der Bergweg ist heute offen, zwei Stunden bis zur Hütte."),
    ("es", "El pan de hoy pesa un kilo y huele a invierno. ¿Quién lo prueba?"),
    ("fr", "Un petit bol en grès, une lumière douce. Et vous, thé ou café ?"),
    ("it", "La luce del porto al mattino. Voi dove fate colazione?"),
    ("pt", "Café coado na hora e uma fatia de bolo. Quem vem?"),
)
UNFIT = (
    ("en", "What a f u c k i n g view!", "profanity"),
    ("en", "Fuuuuck, what a view!", "profanity"),
    ("de", "Was für ein Scheißwetter.", "profanity"),
    ("en", "You retards will love it.", "slur"),
    ("en", "Her slim waist says it all.", "body"),
    ("en", "A black woman in our new coat.", "protected_trait"),
    ("en", "The girl looks so sexy in it.", "sexual"),
    ("en", "This guy is a pathetic loser.", "insult"),
    ("de", "Die Frau hat eine tolle Figur und schlanke Beine.", "body"),
    ("es", "La chica con piel morena.", "protected_trait"),
    ("en", "Find the baker at home: 12 Old Mill Road.", HOME),
    ("de", "Er wohnt in der Lindenstraße 7.", HOME),
    ("fr", "Rendez-vous chez lui, 8 rue de la Paix.", HOME),
)


@pytest.mark.parametrize(("language", "text"), FIT)
def test_a_brands_plain_words_pass(language: str, text: str) -> None:
    assert unfit(text, language) == ()


@pytest.mark.parametrize(("language", "text", "code"), UNFIT)
def test_each_reason_is_found(language: str, text: str, code: str) -> None:
    assert code in unfit(text, language)


def test_the_users_own_address_may_be_repeated() -> None:
    text = "We bake at 12 Old Mill Road from 7."
    assert unfit(text) == (HOME,)
    assert unfit(text, known="Our bakery, 12 old mill road, Bath") == ()


def test_a_description_may_say_what_somebody_looks_like_and_not_more() -> None:
    assert unfit("A woman with blonde hair holds a cup.", seen=True) == ()
    assert unfit("A woman with blonde hair holds a cup.") == ("body",)
    assert "sexual" in unfit("A sexy woman holds a cup.", seen=True)


def test_a_refused_caption_is_written_by_this_machine_and_the_others_stay() -> None:
    given = answer()
    given["captions"][0]["caption"] = "Her skinny legs beside our cup."
    words = read(given, asked())
    assert "caption_refused" in words.notes
    assert set(words.captions) == set(PLATFORMS) - {given["captions"][0]["platform"]}
    made = compose(Told(PLATFORMS, "A blue cup.", words=words, writer="gemini:x"))
    first = made.texts[given["captions"][0]["platform"]]
    assert (first.writer, "skinny" in first.caption) == (LOCAL, False)
    assert {made.texts[one].writer for one in words.captions} == {"gemini:x"}


def test_foul_descriptions_titles_and_hashtags_are_left_out() -> None:
    given = answer(alt_text="A fucking cup.", hashtags=["fuckyeah", "#pottery"], niches=["shit posts", "home"])
    given["captions"][PLATFORMS.index("pinterest")]["title"] = "Bullshit cup"
    words = read(given, asked())
    assert (words.alt_text, words.hashtags, words.niches) == ("", ("pottery",), ("home",))
    assert words.refused_hashtags["fuckyeah"] == "foul"
    assert "pinterest" not in words.captions
    assert {"text_refused", "caption_refused"} <= set(words.notes)


def test_plain_hashtags_are_not_foul() -> None:
    assert not any(
        map(is_foul, ("classic", "cocktails", "scunthorpe", "essex", "assassinscreed", "peacock", "hellokitty"))
    )
    assert is_foul("bullshit")


def test_judging_a_whole_answer_takes_a_moment() -> None:
    sentence = "She carries the warm bread out at dawn and the whole street smells of it. "
    given = answer(hashtags=[f"tag{number}word" for number in range(60)])
    for one in given["captions"]:
        one["caption"] = sentence * 12
    read(given, asked())
    started = time.process_time()
    read(given, asked())
    assert time.process_time() - started < 1.0

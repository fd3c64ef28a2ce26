"""The vendor's own client against a strict Replicate: started once, followed by id, found again, paid for once."""

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings as django_settings

from aura.providers.configuration import REPLICATE
from aura.providers.errors import ProviderError
from aura.providers.gate import Gate, Service
from aura.providers.image_ports import ImageGenerator, ImageOrder, MadeImage, Making
from aura.providers.outlet import Outlet
from aura.providers.policy import Policy
from aura.providers.replicate import ReplicateImages, images
from aura.providers.replicate.images import check_key
from aura.providers.tests.imaging import ended, order, picture, refusal, size_of
from aura.providers.tests.metering import Book
from aura.testing.receiver import receiver
from aura.testing.simulators.replicate import TOKEN, Outcome, ReplicateSimulator
from aura.testing.simulators.replicate.schemas import MODELS

CREATE = "POST /v1/models"


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[ReplicateSimulator]:
    monkeypatch.setattr(images, "_schemas", {})
    with ReplicateSimulator() as running:
        yield running


def maker(service: ReplicateSimulator, *, token: str = TOKEN, book: Book | None = None, **more: Any) -> ReplicateImages:
    return ReplicateImages(token, replace(REPLICATE, url=service.url, timeout=5, **more), None, book)


def test_a_picture_is_started_followed_and_fetched(service: ReplicateSimulator) -> None:
    book = Book()
    adapter: ImageGenerator = maker(service, book=book)
    making = adapter.start(order(aspect="4:5", count=2, seed=7))
    assert (making.state, len(making.id), making.model) == ("running", 26, "black-forest-labs/flux-schnell")
    assert book.tally == {"reserved": 1}
    stored = Making("running", id=making.id, model=making.model, reservation=making.reservation)
    done = ended(maker(service, book=book), stored)
    assert (done.state, len(done.images)) == ("done", 2)
    wide, high = size_of(adapter.fetch(done.images[0]))
    assert abs(wide / high - 0.8) < 0.01
    assert done.images[0].media_type == "image/jpeg"
    assert done.charge is not None
    done.charge.book()
    done.charge.book()
    assert book.tally == {"settled": 1}
    assert [used.images for used in book.used.values()] == [2]
    sent = service.asked(CREATE)[0].json()
    assert sent["input"] == {
        "prompt": "A red mug on linen",
        "aspect_ratio": "4:5",
        "num_outputs": 2,
        "seed": 7,
        "output_format": "jpg",
        "output_quality": 95,
    }
    assert TOKEN not in repr(adapter)


def test_the_same_answer_each_time_once_it_is_over(service: ReplicateSimulator) -> None:
    adapter = maker(service)
    done = ended(adapter, adapter.start(order()))
    again = adapter.look(Making("running", id=done.id, model=done.model))
    assert (again.images, again.state) == (done.images, "done")
    assert adapter.look(done) == done


def test_waiting_looks_again_until_the_end(service: ReplicateSimulator) -> None:
    adapter = maker(service)
    began = time.monotonic()
    assert adapter.look(adapter.start(order()), wait=5).state == "done"
    assert time.monotonic() - began < 3


@pytest.mark.parametrize("model", sorted(MODELS))
def test_each_models_own_input_and_output_is_understood(service: ReplicateSimulator, model: str) -> None:
    adapter = maker(service, model=model)
    fields = MODELS[model].fields
    if "prompt" not in fields:
        assert refusal(adapter, order()).code == "unsupported_input"
        return
    takes = any(name in fields for name in ("input_image", "image_input", "image_prompt"))
    wanted = order(aspect="4:5", seed=3, reference=picture() if takes else None)
    done = ended(adapter, adapter.start(wanted))
    assert len(done.images) == 1
    wide, high = size_of(adapter.fetch(done.images[0]))
    assert abs(wide / high - 0.8) < 0.02
    assert done.images[0].seed == (3 if "seed" in fields else None)


def test_a_version_is_asked_for_by_its_own_path(service: ReplicateSimulator) -> None:
    version = MODELS["google/nano-banana"].version
    adapter = maker(service)
    done = ended(adapter, adapter.start(order(model=f"google/nano-banana:{version}")))
    assert (done.state, done.model_version) == ("done", version)
    assert service.asked("POST /v1/predictions")[0].json()["version"] == version


@pytest.mark.parametrize(
    ("model", "more", "words"),
    [
        ("black-forest-labs/flux-schnell", {"aspect": "1.91:1"}, "16:9"),
        ("black-forest-labs/flux-schnell", {"negative_prompt": "people"}, "not to show"),
        ("black-forest-labs/flux-schnell", {"reference": b"x"}, "reference picture"),
        ("black-forest-labs/flux-schnell", {"extra": {"go_fast": True}}, "go_fast"),
        ("black-forest-labs/flux-schnell", {"extra": {"output_format": "gif"}}, "output_format"),
        ("black-forest-labs/flux-kontext-pro", {"count": 2}, "one picture at a time"),
        ("stability-ai/stable-diffusion-3.5-medium", {"count": 3}, "at most 2"),
        ("not a model", {}, "owner/name"),
        ("../../account", {}, "owner/name"),
    ],
)
def test_what_a_model_cannot_do_is_said_before_anything_is_paid(
    service: ReplicateSimulator, model: str, more: dict[str, Any], words: str
) -> None:
    book = Book()
    error = refusal(maker(service, book=book, model=model), order(**more))
    assert (error.code, error.retryable) == ("unsupported_input", False)
    assert words in error.message
    assert (service.started_predictions, book.states) == (0, {})


def test_a_schema_is_asked_for_once(service: ReplicateSimulator) -> None:
    for _ in range(3):
        maker(service).start(order())
    assert len(service.asked("GET /v1/models")) == 1


def test_a_webhook_carries_the_marker_and_what_it_had_before(service: ReplicateSimulator) -> None:
    with receiver() as ears:
        url = f"http://{ears.address}/hooks/replicate/?w=1"
        adapter = maker(service)
        ended(adapter, adapter.start(order(webhook_url=url)))
        ((path, _),) = ears.wait()
    assert path == f"/hooks/replicate/?w=1&job={order().marker}"
    assert service.asked(CREATE)[0].json()["webhook_events_filter"] == ["completed"]


def test_cancelling_stops_it_and_costs_nothing(service: ReplicateSimulator) -> None:
    book = Book()
    adapter = maker(service, book=book)
    stopped = adapter.cancel(adapter.start(order()))
    assert (stopped.state, stopped.code) == ("cancelled", "cancelled")
    assert stopped.charge is not None
    stopped.charge.book()
    assert [used.cost for used in book.used.values()] == [0]
    done = ended(adapter, adapter.start(order()))
    assert adapter.cancel(Making("running", id=done.id)).state == "done"


def test_an_answer_that_was_lost_is_found_by_its_webhook(service: ReplicateSimulator) -> None:
    book = Book()
    adapter = maker(service, book=book)
    wanted = order(webhook_url="https://aura.example/hooks/?a=b")
    service.outcomes.append(Outcome())
    service.fault(CREATE, service.losing())
    before = time.time()
    error = refusal(adapter, wanted)
    assert (error.code, error.retryable, service.started_predictions) == ("start_unknown", True, 1)
    assert book.tally == {"uncertain": 1}
    adapter.start(replace(wanted, marker="another"))
    found = adapter.find(wanted, before)
    assert found is not None
    assert found.message == "Found by its marker."
    assert found.id == next(iter(service.predictions))
    assert adapter.find(replace(wanted, marker="never"), before) is None


@pytest.mark.parametrize("shows_webhooks", [True, False])
def test_without_webhook_it_is_found_by_an_input_of_its_own(service: ReplicateSimulator, shows_webhooks: bool) -> None:
    service.shows_webhooks = shows_webhooks
    adapter = maker(service)
    service.fault(CREATE, service.losing())
    before = time.time()
    refusal(adapter, order())
    adapter.start(order(marker="the same words of another order"))
    found = adapter.find(order(), before)
    assert found is not None
    assert (found.id, found.message) == (next(iter(service.predictions)), "Found by its input.")
    assert adapter.find(order(prompt="Other words"), before) is None
    assert adapter.find(order(), time.time() + 600) is None


def test_of_several_with_the_same_input_one_is_taken_and_it_is_said(service: ReplicateSimulator) -> None:
    adapter = maker(service)
    service.fail_next("boom")
    ended(adapter, adapter.start(order(seed=5)))
    adapter.start(order(seed=5))
    found = adapter.find(order(seed=5), time.time() - 5)
    assert found is not None
    assert (found.state, found.message) == ("running", "One of 2 with the same input.")


def test_a_list_that_says_nothing_cannot_be_searched(service: ReplicateSimulator) -> None:
    service.shows_inputs = service.shows_webhooks = False
    adapter = maker(service)
    adapter.start(order())
    with pytest.raises(ProviderError) as caught:
        adapter.find(order(), time.time() - 5)
    assert caught.value.code == "find_unsupported"


def test_pictures_are_gone_after_an_hour(service: ReplicateSimulator) -> None:
    adapter = maker(service)
    done = ended(adapter, adapter.start(order()))
    service.expire()
    with pytest.raises(ProviderError) as caught:
        adapter.fetch(done.images[0])
    assert caught.value.code == "expired"
    service.predictions[done.id].removed = True
    assert adapter.look(Making("running", id=done.id)).code == "expired"


def test_pictures_on_this_machine_are_not_fetched_for_a_service_elsewhere() -> None:
    adapter = ReplicateImages(TOKEN, REPLICATE)
    with pytest.raises(ProviderError) as caught:
        adapter.fetch(MadeImage(b"", "http://127.0.0.1:1/x.png"))
    assert caught.value.code == "url_refused"


def test_through_the_gate_the_calls_cost_nothing_and_the_pictures_once(service: ReplicateSimulator) -> None:
    book = Book()
    gate = Gate(django_settings.REDIS_URL)
    outlet = Outlet(Service(f"replicate-{uuid4().hex}", TOKEN), gate, policy=Policy(deadline=5))
    adapter = ReplicateImages(TOKEN, replace(REPLICATE, url=service.url, timeout=2), outlet, book)
    done = ended(adapter, adapter.start(order()))
    assert done.charge is not None
    done.charge.book()
    assert book.tally == {"settled": 1}


def test_a_start_that_hangs_is_unknown_and_asked_once(service: ReplicateSimulator) -> None:
    book = Book()
    gate = Gate(django_settings.REDIS_URL)
    outlet = Outlet(Service(f"replicate-{uuid4().hex}", TOKEN), gate, policy=Policy(deadline=0.6, grace=0.1))
    adapter = ReplicateImages(TOKEN, replace(REPLICATE, url=service.url, timeout=30), outlet, book)

    def hanging(asked: Any) -> None:
        time.sleep(1.0)

    service.fault(CREATE, hanging)
    wanted: ImageOrder = order()
    assert refusal(adapter, wanted).code == "start_unknown"
    assert (len(service.asked(CREATE)), book.tally) == (1, {"uncertain": 1})
    time.sleep(0.6)


def test_the_key_and_the_secret_of_the_webhooks_can_be_asked_for(service: ReplicateSimulator) -> None:
    check_key(TOKEN, replace(REPLICATE, url=service.url))
    assert maker(service).webhook_secret() == service.secret
    with pytest.raises(ProviderError) as caught:
        check_key("r8_wrong", replace(REPLICATE, url=service.url))
    assert caught.value.code == "provider_key_refused"

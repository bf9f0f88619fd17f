"""What the shim finds in an optimizer, and how it changes while it trains."""

from types import SimpleNamespace

import pytest
from shim_fakes import SGD, Decay, Model, OldSGD

from nanotrain_tui.script_shim._nanotrain_shim.optimizers import Optimizer, Refused

RATE, MOMENTUM = "optimizer.learning_rate", "optimizer.momentum"


def test_the_facts_of_an_optimizer():
    model = Model(SGD(0.1, 0.9))
    found = Optimizer(model)
    assert (found.kind, found.schedule, found.others) == ("SGD", "", [])
    assert found.values() == {RATE: 0.1, MOMENTUM: 0.9, "optimizer.nesterov": False}
    nothing = Optimizer(Model())
    assert (nothing.kind, nothing.learning_rate(), nothing.values()) == ("", None, {})
    mixed = Optimizer(Model(SimpleNamespace(inner_optimizer=SGD(0.25))))
    assert (mixed.kind, mixed.learning_rate()) == ("SGD", pytest.approx(0.25))
    broken = SGD()
    broken._learning_rate = "fast"
    assert Optimizer(Model(broken)).learning_rate() is None


def test_only_the_rate_changes_without_a_new_graph():
    model = Model(SGD(0.1, 0.9))
    found = Optimizer(model)
    assert found.set({RATE: 0.1, MOMENTUM: 0.9}) == ({}, False), "float32 has no exact 0.1"
    assert found.set({RATE: 0.2}) == ({RATE: [0.1, 0.2]}, False)
    assert model.made == 0
    changes, retraces = found.set({MOMENTUM: 0.5, "optimizer.nesterov": True})
    assert changes == {MOMENTUM: [0.9, 0.5], "optimizer.nesterov": [False, True]}
    assert (retraces, model.made, model.optimizer.nesterov) == (True, 1, True)
    assert found.set({"optimizer.nesterov": True}) == ({}, False)
    old = Model(OldSGD())
    assert Optimizer(old).set({RATE: 0.25, MOMENTUM: 0.5})[1] is False
    assert Optimizer(old).values() == {RATE: 0.25, MOMENTUM: 0.5} and old.made == 0


def test_a_value_is_told_as_it_is_in_force():
    class Half(SGD):
        def __setattr__(self, name, value):
            super().__setattr__(name, min(value, 0.5) if name == "momentum" else value)

    model = Model(Half(0.1, 0.4))
    assert Optimizer(model).set({MOMENTUM: 0.9})[0] == {MOMENTUM: [0.4, 0.5]}


@pytest.mark.parametrize("kind", [SGD, OldSGD])
def test_a_schedule_gives_way_to_a_constant_only_where_it_is_asked_to(kind):
    model = Model(kind(Decay()))
    found = Optimizer(model)
    assert (found.schedule, found.learning_rate()) == ("Decay", 0.25)
    with pytest.raises(Refused, match=r"schedule \(Decay\)"):
        found.set({RATE: 0.1})
    with pytest.raises(Refused, match="only constant"):
        found.set({RATE: 0.1, "schedule.name": "step"})
    asked = {RATE: 0.125, "schedule.name": "constant"}
    assert found.set(asked) == ({RATE: [0.25, 0.125]}, True)
    assert asked["schedule.name"] == "constant", "the command stays as it is"
    assert (found.schedule, found.learning_rate(), model.made) == ("", 0.125, 1)
    assert found.set({RATE: 0.5})[0] == {RATE: [0.125, 0.5]}


def test_what_an_optimizer_cannot_take_is_refused_with_the_reason():
    compiled = SGD(0.1, 0.9)
    compiled.jit_compile = True
    several = Model(SGD())
    several.critic = type("MyOptimizer", (), {})()
    for model, values, reason in (
        (Model(SGD()), {MOMENTUM: 0.9}, "began without momentum"),
        (Model(SGD()), {"optimizer.rho": 0.9}, r"optimizer \(SGD\) has no such value"),
        (Model(), {RATE: 0.9}, r"\(no optimizer\)"),
        (Model(compiled), {MOMENTUM: 0.5}, "XLA has compiled it"),
        (several, {RATE: 0.5}, r"several optimizers \(critic\)"),
    ):
        with pytest.raises(Refused, match=reason):
            Optimizer(model).set({RATE: 0.125, **values})
        rate = Optimizer(model).learning_rate()
        assert rate != pytest.approx(0.125), "all values or none"
    assert Optimizer(Model(SGD())).set({MOMENTUM: 0.0}) == ({}, False)
    assert Optimizer(Model(compiled)).set({RATE: 0.5})[0] == {RATE: [0.1, 0.5]}
    assert Optimizer(several).learning_rate() is None and Optimizer(several).values() == {}

"""Optimizers and a model with what the shim reads of those of Keras."""


class Variable:
    """A number as Keras keeps it: 0.1 is not exactly 0.1."""

    shape = ()

    def __init__(self, value):
        self.assign(value)

    def assign(self, value):
        self.value = float(f"{value:.7g}") * (1 + 1e-9)

    def numpy(self):
        return self.value


class LearningRateSchedule:
    pass


class Decay(LearningRateSchedule):
    def __call__(self, step):
        return 0.5 / (1 + step)


class SGD:
    """Of Keras 2.11 and newer: the rate is a variable, and all else is in the graph."""

    def __init__(self, rate=0.5, momentum=0.0):
        self._learning_rate = rate if isinstance(rate, Decay) else Variable(rate)
        self.momentum, self.nesterov, self.iterations = momentum, False, 1

    @property
    def learning_rate(self):
        return self._learning_rate

    @learning_rate.setter
    def learning_rate(self, value):
        self._learning_rate.assign(value)


class OldSGD:
    """Of Keras 2.10 and older: all numbers are variables."""

    iterations = 1

    def __init__(self, rate=0.5):
        own = rate if isinstance(rate, Decay) else Variable(rate)
        self._hyper = {"learning_rate": own, "momentum": Variable(0.9)}

    def __getattr__(self, name):
        if name not in self.__dict__["_hyper"]:
            raise AttributeError(name)
        return self._hyper[name]

    def __setattr__(self, name, value):
        if name == "_hyper":
            super().__setattr__(name, value)
        else:
            self._hyper[name].assign(value)


class Model:
    def __init__(self, optimizer=None):
        self.optimizer, self.made = optimizer, 0

    def make_train_function(self, force):
        self.made += force

"""The model, where Keras 2 keeps it."""

from keras import callbacks as callbacks_module


class Variable:
    def __init__(self, value):
        self.value = value
        self.shape = ()

    def assign(self, value):
        self.value = float(value)

    def numpy(self):
        return self.value

    def __array__(self, dtype=None, copy=None):
        import numpy

        return numpy.array(self.value)


class Mean:
    def __init__(self, name):
        self.name, self.total, self.count = name, Variable(0.0), Variable(0.0)
        self.variables = [self.total, self.count]

    def reset(self):
        self.total.assign(0.0)
        self.count.assign(0.0)

    def update(self, value, weight):
        self.total.assign(self.total.value + value * weight)
        self.count.assign(self.count.value + weight)

    def result(self):
        return self.total.value / self.count.value


class SGD:
    """An optimizer of the newer kind: only the rate is a variable."""

    def __init__(self, rate, momentum=0.9):
        self._learning_rate = Variable(rate)
        self.momentum = momentum
        self.iterations = Variable(0.0)
        self.variables = [self.iterations, self._learning_rate]
        self.built = True

    @property
    def learning_rate(self):
        return self._learning_rate

    @learning_rate.setter
    def learning_rate(self, value):
        self._learning_rate.assign(value)


class Model:
    name = "model"
    layers = ()

    def __init__(self, rate=0.5):
        self.weight, self.optimizer, self.loss = 0.0, SGD(rate), "mse"
        self.metrics, self.metrics_names = [Mean("loss")], ["loss", "mine"]
        self.stop_training, self.made = False, 0

    def train_step(self, data):
        raise NotImplementedError

    def count_params(self):
        return 1

    def get_weights(self):
        return [Variable(self.weight)]

    def set_weights(self, weights):
        self.weight = float(weights[0])

    def make_train_function(self, force=False):
        self.made += force

    def evaluate(self, *data, **given):
        self.metrics[0].reset()
        self.stop_training = self._eval_data_handler = None
        assert given.get("return_dict") and given["verbose"] == 0
        return {"loss": 7.0, "size": given["batch_size"], "steps": given["steps"] or 0}

    def train_on_batch(self, x=None):
        self.weight += self.optimizer.learning_rate.value
        return [self.weight, 2.0 * self.weight]

    def fit(
        self, x=None, epochs=1, callbacks=None, initial_epoch=0, validation_data=None, steps=4,
        wait=None, batch_size=None, validation_batch_size=None, validation_steps=None,
    ):  # fmt: skip
        params = {"epochs": epochs, "steps": steps}
        if not isinstance(callbacks, callbacks_module.CallbackList):
            callbacks = callbacks_module.CallbackList(callbacks, self, params)
        self.stop_training = False
        callbacks.on_train_begin()
        for epoch in range(initial_epoch, epochs):
            self.metrics[0].reset()
            callbacks.on_epoch_begin(epoch)
            for batch in range(steps):
                if wait is not None:
                    wait(self)
                self.weight += self.optimizer.learning_rate.value
                self.optimizer.iterations.assign(self.optimizer.iterations.value + 1)
                self.metrics[0].update(self.weight, 10 if batch < steps - 1 else 5)
                callbacks.on_train_batch_end(batch, {"loss": self.metrics[0].result()})
                if self.stop_training:
                    break
            logs = {"loss": self.metrics[0].result()}
            if validation_data is not None:
                callbacks.on_test_begin()
                self.metrics[0].reset()
                for _ in range(steps + 1):  # the same metrics count the validation
                    self.metrics[0].update(self.weight, 10)
                logs["val_loss"] = self.metrics[0].result()
            callbacks.on_epoch_end(epoch, logs)
            if self.stop_training:
                break
        callbacks.on_train_end()
        return self.weight

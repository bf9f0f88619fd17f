"""Callbacks, and the list that calls them."""


class Callback:
    def __init__(self):
        self._supports_tf_logs = False
        self.model = None

    def set_model(self, model):
        self.model = model

    def set_params(self, params):
        self.params = params

    def on_train_begin(self, logs=None):
        pass

    def on_epoch_begin(self, epoch, logs=None):
        pass

    def on_train_batch_end(self, batch, logs=None):
        pass

    def on_test_begin(self, logs=None):
        pass

    def on_epoch_end(self, epoch, logs=None):
        pass

    def on_train_end(self, logs=None):
        pass


class CallbackList:
    def __init__(self, callbacks, model, params):
        self.callbacks = list(callbacks or [])
        for one in self.callbacks:
            one.set_model(model)
            one.set_params(params)

    def __getattr__(self, name):
        def call(*given):
            for one in self.callbacks:
                getattr(one, name)(*given)

        return call

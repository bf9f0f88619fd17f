"""A model whose train_step is the script's own, with a metric of its own."""

from _common import begin, digest, keras, table, tf

x, y = table(begin())


class Own(keras.Model):
    def __init__(self):
        super().__init__()
        self.hidden = keras.layers.Dense(8, activation="relu")
        self.out = keras.layers.Dense(1)
        self.tracker = keras.metrics.Mean(name="my_loss")

    def call(self, inputs, training=False):
        return self.out(self.hidden(inputs))

    @property
    def metrics(self):
        return [self.tracker]

    def train_step(self, data):
        inputs, targets = data
        targets = tf.cast(targets[:, None], tf.float32)
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(self(inputs, training=True) - targets))
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_variables))
        self.tracker.update_state(loss)
        return {"my_loss": self.tracker.result(), "raw": loss}


model = Own()
model.compile(optimizer=keras.optimizers.Adam(0.01))
model.fit(x, y, epochs=2, batch_size=25, verbose=0)
UPDATES, RESULT = 8, digest(model)

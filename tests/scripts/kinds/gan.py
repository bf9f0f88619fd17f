"""A subclassed GAN with two optimizers."""

from _common import begin, digest, keras, tf

rng = begin()
real = rng.rand(64, 4).astype("float32")


class Gan(keras.Model):
    def __init__(self):
        super().__init__()
        self.generator = keras.Sequential([keras.layers.Dense(4)])
        self.critic = keras.Sequential([keras.layers.Dense(6, "relu"), keras.layers.Dense(1)])
        self.generator.build((None, 2))
        self.critic.build((None, 4))

    def compile(self, g_optimizer, d_optimizer):
        super().compile()
        self.g_optimizer, self.d_optimizer = g_optimizer, d_optimizer
        self.bce = keras.losses.BinaryCrossentropy(from_logits=True)

    def call(self, inputs):
        return self.critic(inputs)

    def train_step(self, data):
        size = tf.shape(data)[0]
        made = self.generator(tf.random.normal((size, 2), seed=3))
        both = tf.concat([data, made], 0)
        labels = tf.concat([tf.ones((size, 1)), tf.zeros((size, 1))], 0)
        with tf.GradientTape() as tape:
            d_loss = self.bce(labels, self.critic(both))
        weights = self.critic.trainable_weights
        self.d_optimizer.apply_gradients(zip(tape.gradient(d_loss, weights), weights))
        with tf.GradientTape() as tape:
            made = self.generator(tf.random.normal((size, 2), seed=4))
            g_loss = self.bce(tf.ones((size, 1)), self.critic(made))
        weights = self.generator.trainable_weights
        self.g_optimizer.apply_gradients(zip(tape.gradient(g_loss, weights), weights))
        return {"d_loss": d_loss, "g_loss": g_loss}


model = Gan()
model.compile(keras.optimizers.Adam(1e-3), keras.optimizers.SGD(1e-2))
model.fit(real, epochs=2, batch_size=16, verbose=0)
UPDATES, RESULT = 8, digest(model.generator, model.critic)

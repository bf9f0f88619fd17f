"""A tf.data pipeline that is shuffled, batched and prefetched, and a learning rate schedule."""

from _common import begin, digest, keras, mlp, table, tf

x, y = table(begin())
data = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(100, seed=5).batch(30).prefetch(1)
schedule = keras.optimizers.schedules.ExponentialDecay(0.01, 4, 0.5)
model = mlp(optimizer=keras.optimizers.SGD(schedule, momentum=0.9))
model.fit(data, validation_data=data, epochs=3, verbose=0)
UPDATES, RESULT = 12, digest(model)

"""A loop of the script's own, which records its values."""

from _common import begin, digest, keras, mlp, table, tf

try:
    from nanotrain_tui import record
except ImportError:

    def record(**values):
        return True


x, y = table(begin())
model = mlp()
optimizer = keras.optimizers.SGD(0.1)
measure = keras.losses.SparseCategoricalCrossentropy()
UPDATES = 0
for start in list(range(0, 100, 10)) * 2:
    with tf.GradientTape() as tape:
        loss = measure(y[start : start + 10], model(x[start : start + 10], training=True))
    weights = model.trainable_weights
    optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))
    UPDATES += 1
    if not record(loss=loss, start=start):
        break
RESULT = digest(model)

"""Mixed precision, with a scaled loss."""

from _common import begin, digest, keras, mlp, table

x, y = table(begin())
keras.mixed_precision.set_global_policy("mixed_float16")
try:
    model = mlp()
    model.fit(x, y, epochs=2, batch_size=20, verbose=0)
finally:
    keras.mixed_precision.set_global_policy("float32")
UPDATES, RESULT = 10, digest(model)

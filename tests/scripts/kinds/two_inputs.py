"""A functional model with two inputs and two outputs."""

from _common import begin, digest, keras

rng = begin()
a, b = (rng.rand(40, 3).astype("float32") for _ in range(2))
one, two = keras.Input((3,), name="one"), keras.Input((3,), name="two")
hidden = keras.layers.Concatenate()([one, two])
hidden = keras.layers.Dense(6, activation="tanh")(hidden)
total = keras.layers.Dense(1, name="total")(hidden)
sign = keras.layers.Dense(1, activation="sigmoid", name="sign")(hidden)
model = keras.Model([one, two], [total, sign])
model.compile(
    "rmsprop",
    loss={"total": "mse", "sign": "binary_crossentropy"},
    metrics={"total": ["mae"], "sign": ["accuracy"]},
)
targets = {"total": a.sum(1) + b.sum(1), "sign": (a.sum(1) > b.sum(1)).astype("float32")}
model.fit({"one": a, "two": b}, targets, epochs=2, batch_size=10, verbose=0)
UPDATES, RESULT = 8, digest(model)

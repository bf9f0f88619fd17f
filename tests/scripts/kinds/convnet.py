"""Pictures, with dropout and batch normalisation."""

from _common import begin, digest, keras

rng = begin()
x, y = rng.rand(48, 8, 8, 1).astype("float32"), rng.randint(0, 3, 48)
model = keras.Sequential(
    [
        keras.layers.Conv2D(4, 3, activation="relu"),
        keras.layers.BatchNormalization(),
        keras.layers.MaxPooling2D(),
        keras.layers.Dropout(0.25),
        keras.layers.Flatten(),
        keras.layers.Dense(3),
    ]
)
model.build((None, 8, 8, 1))
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
model.compile("sgd", loss, metrics=["accuracy"])
model.fit(x, y, epochs=2, batch_size=12, validation_data=(x[:10], y[:10]), verbose=2)
UPDATES, RESULT = 8, digest(model)

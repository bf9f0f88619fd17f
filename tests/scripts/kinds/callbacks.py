"""EarlyStopping, ReduceLROnPlateau and ModelCheckpoint; the script's list stays as it is."""

import os
import tempfile

from _common import begin, digest, keras, mlp, table

x, y = table(begin())
model = mlp(optimizer=keras.optimizers.Adam(0.05))
with tempfile.TemporaryDirectory() as folder:
    given = [
        keras.callbacks.EarlyStopping(monitor="val_loss", patience=2, min_delta=0.05),
        keras.callbacks.ReduceLROnPlateau(monitor="val_loss", patience=1, min_delta=0.05),
        keras.callbacks.ModelCheckpoint(
            os.path.join(folder, "best.weights.h5"), save_weights_only=True, save_best_only=True
        ),
    ]
    before = list(given)
    history = model.fit(
        x[:80],
        y[:80],
        epochs=12,
        batch_size=20,
        validation_data=(x[80:], y[80:]),
        callbacks=given,
        verbose=0,
    )
assert given == before
UPDATES, RESULT = 4 * len(history.epoch), digest(model) + repr(history.history["loss"])

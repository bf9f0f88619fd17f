"""Arrays, with a validation split; the last batch of an epoch is smaller."""

from _common import begin, digest, mlp, table

x, y = table(begin())
model = mlp()
history = model.fit(x, y, epochs=3, batch_size=16, validation_split=0.2, verbose=0)
assert len(history.history["loss"]) == 3
UPDATES, RESULT = 15, digest(model)

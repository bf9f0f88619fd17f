"""Several batches in one call of the graph."""

from _common import begin, digest, mlp, table

x, y = table(begin())
model = mlp(steps_per_execution=5)
model.fit(x, y, epochs=2, batch_size=10, verbose=0)
UPDATES, RESULT = 20, digest(model)

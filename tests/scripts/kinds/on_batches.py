"""train_on_batch of two models in turn."""

from _common import begin, digest, mlp, table

x, y = table(begin())
one, two = mlp(), mlp(metrics=[])
for start in range(0, 100, 20):
    one.train_on_batch(x[start : start + 20], y[start : start + 20])
    two.train_on_batch(x[start : start + 20], y[start : start + 20])
UPDATES, RESULT = 10, digest(one, two)

#!/usr/bin/env python3
"""What torch.distributions compute: moments, log-probabilities, samples of a seed, their gradients, and divergences.

With `--live`, prints the samples of each case instead, as integers of their bits: what the live test compares."""

import sys
import warnings

import torch
from fixture import write
from torch import distributions as D
from torch import tensor as t

warnings.simplefilter("ignore")

A, B = t([0.5, 1.0, 2.5]), t([[1.5], [0.3]])
P = t([0.2, 0.5, 0.9])
ROWS = t([[0.1, 0.2, 0.7], [0.5, 0.25, 0.25]])
MEANS = t([[0.5, -1.0], [2.0, 0.0], [-0.5, 0.3]])
COVARIANCE = t([[2.0, 0.3], [0.3, 0.5]])
TRIANGLES = t([[[1.0, 0.0], [0.5, 2.0]], [[0.7, 0.0], [-0.2, 0.4]], [[1.5, 0.0], [0.1, 1.0]]])

# The parameters are leaves, so that samples and log-probabilities have gradients. Each with values to look up.
CASES = {
    "Normal": (lambda a, b: D.Normal(a, b), [A, B], t([0.1, -1.0, 3.0])),
    "Normal of numbers": (lambda: D.Normal(1.5, 2), [], t([0.1, -1.0, 3.0])),
    "Normal in float64": (lambda a: D.Normal(a, 2), [A.double()], t([0.1, -1.0, 3.0]).double()),
    "LogNormal": (lambda a, b: D.LogNormal(a, b), [A, B], t([0.1, 1.0, 3.0])),
    "Uniform": (lambda a, b: D.Uniform(a, b), [A - 3, B + A], t([-0.1, 0.2, 0.3])),
    "Laplace": (lambda a, b: D.Laplace(a, b), [A, B], t([0.1, -1.0, 3.0])),
    "StudentT": (lambda a, b: D.StudentT(a, b, 2.0), [A, B], t([0.1, -1.0, 3.0])),
    "Exponential": (lambda a: D.Exponential(a), [A], t([0.1, 1.0, 3.0])),
    "Gamma": (lambda a, b: D.Gamma(a, b), [A, B], t([0.1, 1.0, 3.0])),
    "Beta": (lambda a, b: D.Beta(a, b), [A, B], t([0.1, 0.5, 0.9])),
    "Beta of numbers": (lambda: D.Beta(2.0, 3), [], t([0.1, 0.5, 0.9])),
    "Dirichlet": (lambda a: D.Dirichlet(a), [A * B + 0.1], t([0.2, 0.5, 0.3])),
    "Dirichlet below 1": (lambda a: D.Dirichlet(a), [t([0.3, 0.2, 0.9])], t([0.2, 0.5, 0.3])),
    "Bernoulli": (lambda p: D.Bernoulli(probs=p), [P], t([0.0, 1.0, 1.0])),
    "Bernoulli of logits": (lambda a: D.Bernoulli(logits=a), [A - 1], t([0.0, 1.0, 1.0])),
    "Categorical": (lambda p: D.Categorical(probs=p), [ROWS * 2], t([0, 2])),
    "Categorical of logits": (lambda a: D.Categorical(logits=a), [A * B], t([0, 2])),
    "Poisson": (lambda a: D.Poisson(a), [A], t([0.0, 1.0, 4.0])),
    "Binomial": (lambda p: D.Binomial(5, probs=p), [P], t([0.0, 2.0, 5.0])),
    "Binomial of logits": (lambda a: D.Binomial(4, logits=a), [A - 1], t([0.0, 2.0, 4.0])),
    "MultivariateNormal": (
        lambda m, c: D.MultivariateNormal(m, covariance_matrix=c), [MEANS, COVARIANCE], t([0.1, -1.0])),
    "MultivariateNormal of precisions": (
        lambda m, c: D.MultivariateNormal(m, precision_matrix=c), [MEANS, COVARIANCE], t([0.1, -1.0])),
    "MultivariateNormal of triangles": (
        lambda m, c: D.MultivariateNormal(m, scale_tril=c), [MEANS, TRIANGLES], t([0.1, -1.0])),
    "Independent": (
        lambda a, b: D.Independent(D.Normal(a, b), 1), [A, B], t([0.1, -1.0, 3.0])),
}

N, L, U = D.Normal(A, B), D.Laplace(A, B), D.Uniform(A - 3, B + A)
E, G, BE = D.Exponential(A), D.Gamma(A, B), D.Beta(A, B)
INSIDE = D.Uniform(t([0.1, 0.2, 0.0]), t([0.5, 0.9, 1.0]))
PAIRS = {
    "Normal Normal": (N, D.Normal(B, A)),
    "LogNormal LogNormal": (D.LogNormal(A, B), D.LogNormal(B, A)),
    "Laplace Laplace": (L, D.Laplace(B, A)),
    "Uniform Uniform": (INSIDE, D.Uniform(t([0.0, 0.3, 0.0]), t([1.0, 1.0, 1.0]))),
    "Exponential Exponential": (E, D.Exponential(B)),
    "Gamma Gamma": (G, D.Gamma(B, A)),
    "Beta Beta": (BE, D.Beta(B, A)),
    "Dirichlet Dirichlet": (D.Dirichlet(A), D.Dirichlet(A * B + 0.1)),
    "Poisson Poisson": (D.Poisson(A), D.Poisson(A + 1)),
    "Bernoulli Bernoulli": (D.Bernoulli(t([0.2, 0.0, 1.0, 0.5])), D.Bernoulli(t([0.7, 0.5, 0.5, 1.0]))),
    "Binomial Binomial": (D.Binomial(5, P), D.Binomial(5, t([0.3, 0.3, 0.3]))),
    "Categorical Categorical": (D.Categorical(ROWS), D.Categorical(t([[0.0, 0.5, 0.5], [0.4, 0.4, 0.2]]))),
    "MultivariateNormal MultivariateNormal": (
        D.MultivariateNormal(MEANS, COVARIANCE), D.MultivariateNormal(MEANS + 1, scale_tril=TRIANGLES)),
    "Independent Independent": (D.Independent(N, 1), D.Independent(D.Normal(B.expand(2, 3), A), 1)),
    "Bernoulli Poisson": (D.Bernoulli(P), D.Poisson(A)),
    "Beta Exponential": (BE, E), "Beta Gamma": (BE, D.Gamma(B, A)), "Beta Normal": (BE, N),
    "Beta Uniform": (D.Beta(A, 2.0), D.Uniform(t([-1.0, 0.0, 0.1]), t([2.0, 1.0, 2.0]))),
    "Exponential Gamma": (D.Exponential(A.expand(2, 3)), G), "Exponential Normal": (E, N),
    "Gamma Exponential": (G, D.Exponential(A + 1)), "Gamma Normal": (G, N), "Laplace Normal": (L, D.Normal(B, A)),
    "Normal Laplace": (N, D.Laplace(B, A)),
    "Uniform Beta": (INSIDE, D.Beta(A, t(2.0))), "Uniform Exponential": (INSIDE, E),
    "Uniform Gamma": (D.Uniform(t([-0.1, 0.2, 0.0]), t([0.5, 0.9, 1.0])), D.Gamma(A, t(2.0))),
    "Uniform Normal": (U, N),
    "Normal Beta": (D.Normal(A, 1.0), D.Beta(A, 2.0)), "Poisson Binomial": (D.Poisson(A), D.Binomial(5, P)),
}


def numbers(value: torch.Tensor) -> dict:
    """A tensor, with what JSON has no number for as text."""
    values = value.detach().to(torch.float64).flatten().tolist()
    texts = [v if v == v and abs(v) != float("inf") else str(v) for v in values]
    return {"dtype": str(value.dtype).removeprefix("torch."), "shape": list(value.shape), "values": texts}


def optional(function):
    try:
        return numbers(function())
    except NotImplementedError:
        return None


def sample(make, parameters) -> torch.Tensor:
    torch.manual_seed(11)
    return make(*parameters).sample(torch.Size([2]))


def case(make, parameters, value) -> dict:
    leaves = [parameter.clone().requires_grad_() for parameter in parameters]
    distribution = make(*leaves)
    result = {
        "batchShape": list(distribution.batch_shape), "eventShape": list(distribution.event_shape),
        "value": numbers(value), "logProb": numbers(distribution.log_prob(value)),
        "mean": numbers(distribution.mean), "variance": numbers(distribution.variance),
        "stddev": numbers(distribution.stddev), "mode": optional(lambda: distribution.mode),
        "entropy": optional(distribution.entropy) if not isinstance(distribution, D.Poisson) else None,
        "cdf": optional(lambda: distribution.cdf(value)),
        "icdf": optional(lambda: distribution.icdf(t(0.3, dtype=value.dtype))) if distribution.has_rsample else None,
        "support": optional(distribution.enumerate_support), "sample": numbers(sample(make, parameters)),
    }
    if leaves:
        gradients = torch.autograd.grad(distribution.log_prob(value).sum(), leaves, retain_graph=True)
        result["logProbGradients"] = [numbers(g) for g in gradients]
    if distribution.has_rsample:
        torch.manual_seed(12)
        drawn = distribution.rsample(torch.Size([2]))
        result["rsample"] = numbers(drawn)
        if leaves:
            weights = torch.linspace(0.5, 2, drawn.numel(), dtype=drawn.dtype).reshape(drawn.shape)
            result["rsampleGradients"] = [numbers(g) for g in torch.autograd.grad((drawn * weights).sum(), leaves)]
    return result


torch.set_num_threads(1)
if sys.argv[1:] == ["--live"]:
    for name, (make, parameters, _) in CASES.items():
        drawn = sample(make, parameters).contiguous()
        print(name, *drawn.reshape(-1).view(torch.int32).tolist(), sep="|")
else:
    write(
        "distributions",
        {
            "cases": {name: case(*parts) for name, parts in CASES.items()},
            "divergences": {name: numbers(D.kl_divergence(p, q)) for name, (p, q) in PAIRS.items()},
        })
    write(
        "distribution-names",
        sorted(n for n in D.__all__ if isinstance(getattr(D, n), type) and issubclass(getattr(D, n), D.Distribution)))

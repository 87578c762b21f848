"""What the CPU generator gives after some seeds, drawn one after the other, and its state at the end."""

import torch

import fixture

def drawn(seed: int) -> dict:
    torch.manual_seed(seed)
    weights = torch.tensor([0.1, 0.2, 0.3, 0.4])
    # In this order: each draw moves the generator on.
    draws = {
        "rand": torch.rand(5), "rand of 20": torch.rand(20), "randn": torch.randn(5), "randn of 20": torch.randn(20),
        "randn float64": torch.randn(3, dtype=torch.float64), "randperm": torch.randperm(10),
        "randint": torch.randint(0, 100, (6,)), "bernoulli": torch.bernoulli(torch.full((10,), 0.3)),
        "bernoulli_": torch.empty(10).bernoulli_(0.5), "multinomial": torch.multinomial(weights, 8, True),
        "multinomial without replacement": torch.multinomial(weights, 3), "uniform_": torch.empty(4).uniform_(-2, 3),
        "normal_": torch.empty(4).normal_(1, 0.1), "normal": torch.normal(torch.tensor([1.0, 2.0]), torch.tensor([0.5, 1.0])),
        "exponential_": torch.empty(4).exponential_(), "random_": torch.empty(4, dtype=torch.int32).random_(),
        "dropout": torch.nn.functional.dropout(torch.ones(12), 0.4),
        "randint with low": torch.randint(-5, 5, (4,)), "rand_like": torch.rand_like(weights),
    }
    state = torch.get_rng_state()
    return {
        "seed": str(seed), "draws": {name: fixture.tensor(value) for name, value in draws.items()},
        # The seed and the twister's integers come before the normal number that waits for its turn.
        "integerSum": int(state[:5016].to(torch.int64).sum()), "stateSum": int(state.to(torch.int64).sum()),
        "stateCount": state.numel(),
    }


own = torch.Generator().manual_seed(7)
fixture.write("random-numbers", {
    "sequences": [drawn(seed) for seed in (0, 1, 42, 2**40 + 3, 2**63 + 1)],
    "own": fixture.tensor(torch.randn(20, generator=own)),
    "ownPermutation": fixture.tensor(torch.randperm(50, generator=own)),
})

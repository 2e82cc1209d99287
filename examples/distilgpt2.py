"""DistilGPT-2's architecture in plain PyTorch: 6 layers, 12 heads, 768 wide, a vocabulary of 50257, 1024 positions.

GPT-2 (Radford et al., "Language Models are Unsupervised Multitask Learners", 2019) with half of its layers, as in
Sanh et al., "DistilBERT" (2019): layers normalised before they act, tied input and output embeddings, 81,912,576
parameters. Weights are drawn as GPT-2's were: normal with SD 0.02, the projections back into the residual stream
divided by the root of their number, biases 0.
"""

import functools
import math

import torch
from torch import nn
from torch.nn import functional

INITIAL_SD = 0.02
DROPOUT = 0.1


class DistilGPT2(nn.Module):
    def __init__(self, vocabulary=50257, positions=1024, width=768, heads=12, layers=6):
        super().__init__()
        self.tokens = nn.Embedding(vocabulary, width)
        self.positions = nn.Embedding(positions, width)
        self.dropout = nn.Dropout(DROPOUT)
        self.layers = nn.ModuleList(
            nn.TransformerEncoderLayer(width, heads, 4 * width, DROPOUT, norm_first=True, batch_first=True,
                                       activation=functools.partial(functional.gelu, approximate="tanh"))
            for _ in range(layers))
        self.norm = nn.LayerNorm(width)
        self._draw_weights()

    def _draw_weights(self):
        residual_sd = INITIAL_SD / math.sqrt(2 * len(self.layers))
        for name, weight in self.named_parameters():
            if name.endswith("bias"):
                nn.init.zeros_(weight)
            elif weight.dim() == 2:
                back_into_stream = name.endswith(("out_proj.weight", "linear2.weight"))
                nn.init.normal_(weight, std=residual_sd if back_into_stream else INITIAL_SD)

    def forward(self, inputs, labels):
        """Mean cross-entropy (nats) of each label after the first, given the inputs before it; both batch x length."""
        length = inputs.shape[1]
        ahead = torch.full((length, length), -math.inf, device=inputs.device).triu(1)  # no look at what comes
        stream = self.dropout(self.tokens(inputs) + self.positions(torch.arange(length, device=inputs.device)))
        for layer in self.layers:
            stream = layer(stream, src_mask=ahead)
        scores = self.norm(stream) @ self.tokens.weight.T
        return functional.cross_entropy(scores[:, :-1].flatten(0, 1), labels[:, 1:].flatten())

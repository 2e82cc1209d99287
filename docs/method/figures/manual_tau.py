#!/usr/bin/env python3
"""Draws manual_tau.svg: the manual's dT/(dT/dt) beside the time constant, over a step up and a step down. No packages needed."""
import math
import pathlib

TAU, HA, AMBIENT, P_HIGH = 3.0, 4.0, 21.0, 200.0  # s, W/degC, degC, W: a step to 50 degC above the room
STEP_DOWN, END, DT = 20.0, 40.0, 0.05

W, H, LEFT, RIGHT, GAP = 720, 460, 70, 20, 46
TOP, HEIGHT = 34, 160


def temperature(t):
    if t < STEP_DOWN:
        return AMBIENT + P_HIGH / HA * (1 - math.exp(-t / TAU))
    return AMBIENT + (temperature(STEP_DOWN - 1e-9) - AMBIENT) * math.exp(-(t - STEP_DOWN) / TAU)


def manual_tau(t):
    rate = (temperature(t) - temperature(t - DT)) / DT
    return abs((temperature(t) - AMBIENT) / rate)


def x_of(t):
    return LEFT + (W - LEFT - RIGHT) * t / END


def panel(top, low, high, ticks, label, value_of, log=False):
    scale = math.log10 if log else float

    def y_of(v):
        share = (scale(v) - scale(low)) / (scale(high) - scale(low))
        return top + HEIGHT * (1 - min(max(share, 0), 1))

    out = [f'<rect x="{LEFT}" y="{top}" width="{W - LEFT - RIGHT}" height="{HEIGHT}" class="frame"/>']
    for v in ticks:
        out.append(f'<line x1="{LEFT}" x2="{W - RIGHT}" y1="{y_of(v):.1f}" y2="{y_of(v):.1f}" class="grid"/>')
        out.append(f'<text x="{LEFT - 8}" y="{y_of(v) + 4:.1f}" text-anchor="end">{v:g}</text>')
    out.append(f'<text x="{LEFT}" y="{top - 9}" class="title">{label}</text>')
    times = [i * DT for i in range(2, int(END / DT)) if abs(i * DT - STEP_DOWN) > DT]
    for begin, end in ((0, STEP_DOWN), (STEP_DOWN, END)):
        points = " ".join(f"{x_of(t):.1f},{y_of(value_of(t)):.1f}" for t in times if begin < t < end)
        out.append(f'<polyline points="{points}" class="curve"/>')
    return out, y_of


def main():
    upper, _ = panel(TOP, 20, 75, (20, 30, 40, 50, 60, 70), "Temperature, degC: 200 W for 20 s, then none", temperature)
    second = TOP + HEIGHT + GAP
    lower, y_of = panel(second, 0.1, 1000, (0.1, 1, 10, 100, 1000), "dT/(dT/dt) as the manual has it, s (logarithmic)", manual_tau,
                        log=True)
    lower.append(f'<line x1="{LEFT}" x2="{W - RIGHT}" y1="{y_of(TAU):.1f}" y2="{y_of(TAU):.1f}" class="truth"/>')
    lower.append(f'<text x="{x_of(21):.0f}" y="{y_of(TAU) - 7:.1f}">the time constant, {TAU:g} s: met only while cooling</text>')
    axis = [f'<text x="{x_of(t):.1f}" y="{second + HEIGHT + 18}" text-anchor="middle">{t}</text>' for t in range(0, 41, 5)]
    axis.append(f'<text x="{x_of(20):.1f}" y="{second + HEIGHT + 38}" text-anchor="middle">time, s</text>')
    style = ("text{font:13px sans-serif;fill:#222}.title{font-weight:bold}.frame{fill:#fff;stroke:#888}"
             ".grid{stroke:#ddd}.curve{fill:none;stroke:#1b6ca8;stroke-width:2}.truth{stroke:#b3261e;stroke-dasharray:6 4}")
    body = "\n".join(upper + lower + axis)
    svg = (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {W} {H}" width="{W}" height="{H}" role="img" '
           f'aria-label="dT/(dT/dt) over a heating and a cooling step">\n<style>{style}</style>\n'
           f'<rect width="{W}" height="{H}" fill="#fff"/>\n{body}\n</svg>\n')
    pathlib.Path(__file__).with_suffix(".svg").write_text(svg)


if __name__ == "__main__":
    main()

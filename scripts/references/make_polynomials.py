#!/usr/bin/env python3
"""Prints the minimax polynomials of src/core/kernels/vector_*.h (needs mpmath).

Remez exchange: the polynomial of a given degree whose largest weighted error on an interval is smallest has degree + 2
points of equal error with alternating sign; guess the points, solve for coefficients and error, move the points, repeat.
"""
import struct
import mpmath as mp

mp.mp.dps = 60


def remez(f, a, b, degree, weight=lambda x: 1):
    n = degree + 2
    points = [(a + b) / 2 - (b - a) / 2 * mp.cos(mp.pi * i / (n - 1)) for i in range(n)]
    grid = [a + (b - a) * i / mp.mpf(1500) for i in range(1501)]
    values = [(f(x), weight(x)) for x in grid]
    for _ in range(12):
        system = mp.matrix(n, n)
        right = mp.matrix(n, 1)
        for i, x in enumerate(points):
            for k in range(degree + 1):
                system[i, k] = x**k
            system[i, degree + 1] = (-1)**i / weight(x)
            right[i] = f(x)
        solution = mp.lu_solve(system, right)
        coefficients = [solution[k] for k in range(degree + 1)]
        errors = [(mp.polyval(coefficients[::-1], x) - y) * w for x, (y, w) in zip(grid, values)]
        extremes = [0]
        for i in range(1, len(grid)):  # the largest error between two sign changes
            if mp.sign(errors[i]) == mp.sign(errors[extremes[-1]]):
                if abs(errors[i]) > abs(errors[extremes[-1]]):
                    extremes[-1] = i
            else:
                extremes.append(i)
        if len(extremes) < n:
            break
        while len(extremes) > n:
            extremes.pop(0 if abs(errors[extremes[0]]) < abs(errors[extremes[-1]]) else -1)
        points = [grid[i] for i in extremes]
    return coefficients, max(abs(e) for e in errors)


def show(name, f, a, b, degree, weight=lambda x: 1, double=False):
    coefficients, error = remez(f, mp.mpf(a), mp.mpf(b), degree, weight)
    print(f'// {name}: degree {degree} on [{mp.nstr(mp.mpf(a), 6)}, {mp.nstr(mp.mpf(b), 6)}], error {mp.nstr(error, 3)}')
    for c in coefficients[::-1]:
        if double:
            print(f'  {float(c)!r},')
        else:
            rounded = struct.unpack('f', struct.pack('f', float(c)))[0]
            print(f'  {mp.nstr(mp.mpf(rounded), 10)}f,')


def quotient(f, power, limit=mp.mpf('1e-3')):
    """(f(x) - its Taylor terms below x^power) / x^power, by the series near 0 where it would cancel."""
    taylor = mp.taylor(f, 0, power + 12)
    tail = taylor[power:][::-1]
    return lambda x: mp.polyval(tail, x) if abs(x) < limit else (f(x) - mp.polyval(taylor[:power][::-1], x)) / x**power


def even(f, power):
    """g(x^2) = (f(x) - leading terms) / x^power for an even (or odd) f, as a function of x^2."""
    taylor = mp.taylor(f, 0, power + 16)
    tail = taylor[power::2][::-1]

    def g(z):
        x = mp.sqrt(z)
        return mp.polyval(tail, z) if z < mp.mpf('1e-4') else (f(x) - mp.polyval(taylor[:power][::-1], x)) / x**power
    return g


if __name__ == '__main__':
    half = mp.log(2) / 2
    show('(exp(r) - 1 - r) / r^2', quotient(mp.exp, 2), -half * 1.001, half * 1.001, 5)
    low, high = mp.sqrt(mp.mpf(1) / 2) - 1, mp.sqrt(mp.mpf(2)) - 1
    show('(log(1 + f) - f + f^2 / 2) / f^3', quotient(mp.log1p, 3), low, high, 8)
    eighth = (mp.mpf(1) / 8)**2
    show('(cos(2 pi t) - 1) / t^2 of t^2', even(lambda t: mp.cos(2 * mp.pi * t), 2), 0, eighth, 3)
    show('sin(2 pi t) / t of t^2', even(lambda t: mp.sin(2 * mp.pi * t), 1), 0, eighth, 3)
    quarter = (mp.pi / 4)**2
    show('(sin(r) - r) / r^3 of r^2', even(mp.sin, 3), 0, quarter, 3)
    show('(cos(r) - 1 + r^2 / 2) / r^4 of r^2', even(mp.cos, 4), 0, quarter, 2)
    show('(erf(x) - 2 x / sqrt(pi)) / x of x^2', even(mp.erf, 1), 0, mp.mpf('0.9')**2, 6)
    show('log(erfc(x))', lambda x: mp.log(mp.erfc(x)), mp.mpf('0.9'), mp.mpf('4.1'), 7, mp.erfc)
    show('(tan(r) - r) / r^3 of r^2', even(mp.tan, 3), 0, quarter, 7)
    show('(asin(x) - x) / x^3 of x^2', even(mp.asin, 3), 0, mp.mpf('0.55')**2, 5)
    show('(sinh(x) - x) / x^3 of x^2', even(mp.sinh, 3), 0, 1, 3)
    show('(atan(x) - x) / x^3 of x^2', lambda z: (mp.atan(mp.sqrt(z)) / mp.sqrt(z) - 1) / z if z else mp.mpf(-1) / 3,
         0, 1, 10)
    slope = lambda f: mp.log1p(f) / f / mp.log(2) if f else 1 / mp.log(2)
    show('log2(1 + f) / f', slope, low, high, 12, lambda f: 1 / slope(f), double=True)
    show('2^r', lambda r: mp.mpf(2)**r, mp.mpf('-0.501'), mp.mpf('0.501'), 6, double=True)
    print('// 2^e mod 2 pi for e = 0 .. 104, in two parts: the first has 29 bits')
    for e in range(105):
        rest = mp.fmod(mp.mpf(2)**e, 2 * mp.pi)
        high = mp.floor(rest * 2**26) / 2**26
        print(f'    {{{float(high)!r}, {float(rest - high)!r}}},')

// Numbers in the densities of normal distributions, correctly rounded.

/// log 2π; `log(2 * .pi)` is a unit in the last place off, as 2π is rounded before.
package let logTwoPi = 1.83787706640934548356

/// log √(2π).
package let logRootTwoPi = 0.5 * logTwoPi

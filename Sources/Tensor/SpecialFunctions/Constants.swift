// Constants of normal densities, correctly rounded.

/// log 2π; `log(2 * .pi)` is off by a unit in the last place, because 2π is rounded first.
package let logTwoPi = 1.83787706640934548356

/// log √(2π).
package let logRootTwoPi = 0.5 * logTwoPi

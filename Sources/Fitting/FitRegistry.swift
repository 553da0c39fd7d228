/// The methods of `pushforward fit`, in the order of the help.
public let fitRegistry: [any FitMethod.Type] = [
  DistributionFit.self,
  RegressionFit.self,
  LogisticFit.self,
  DiscriminantFit.self,
  KernelDensityFit.self,
]

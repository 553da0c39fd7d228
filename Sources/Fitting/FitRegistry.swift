/// The methods of `pushforward fit`, in the order of the help.
public let fitRegistry: [any FitMethod.Type] = [
  // Distributions and estimators
  DistributionFit.self,
  RegressionFit.self,
  LogisticFit.self,
  DiscriminantFit.self,
  KernelDensityFit.self,

  // Clusters, mixtures and state spaces
  KMeansMethod.self,
  MixtureMethod.self,
  HiddenMarkovMethod.self,
  StateSpaceMethod.self,

  // Bayesian models and texts
  PosteriorFit.self,
  TopicsMethod.self,

  // Gaussian and Dirichlet processes
  GaussianProcessRegressionFit.self,
  DirichletMixtureFit.self,
]

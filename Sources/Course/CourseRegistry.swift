/// The figures and exercises of the course, by weeks.
public let courseRegistry: [CourseItem] = [
  // Week 1
  bernoulliEntropyItem,
  // Week 4
  clusterCountsItem,
  dirichletProcessDrawsItem,
  empiricalMeasureItem,
  gaussianProcessTrainingItem,
  kernelRankItem,
  kernelSamplesItem,
  linearModelDrawsItem,
  mixingMeasureItem,
  ridgePosteriorItem,
  stickBreakingItem,
  // Week 5
  densityBarycentersItem,
  exerciseBarycentersItem,
  existenceOfPlansItem,
  gaussianGeodesicItem,
  imageBarycentersItem,
  independentCouplingItem,
  interpolationsItem,
  locationScaleItem,
  mongeMapsItem,
  quantilePlansItem,
  sinkhornPlansItem,
  twoByTwoProgrammeItem,
  twoOptimalMapsItem,
  twoPointsAndUniformItem,
  wassersteinAgainstPowerItem,
]

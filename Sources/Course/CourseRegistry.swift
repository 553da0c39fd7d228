/// The figures and exercises of the course, by weeks.
public let courseRegistry: [CourseItem] = [
  // Week 1
  bernoulliEntropyItem
]

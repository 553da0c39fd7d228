import Classifier
import Tensor
import Testing

@Test(arguments: Classifier.Architecture.allCases)
func theSizeOfAClassifierIsKnownBeforehand(architecture: Classifier.Architecture) {
  for (height, width, classes) in [(28, 28, 10), (7, 10, 3)] {
    let built = Classifier(
      architecture, height: height, width: width, classes: classes, Random(seed: 0))
    let size = Classifier.size(architecture, height: height, width: width, classes: classes)
    #expect(size.parameters == built.parameterCount)
  }
}

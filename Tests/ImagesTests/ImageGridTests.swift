import Images
import Testing

@Suite struct ImageGridTests {
  @Test func valuesBecomeRoundedBytesWithoutStretching() {
    let grid = ImageGrid(
      [0, 0.2, 0.5, 1, -3, 7, .nan, .infinity, -.infinity, 0.001], imageHeight: 1, imageWidth: 10,
      columns: 1)
    #expect(grid.pixels == [0, 51, 128, 255, 0, 255, 0, 255, 0, 0])
  }

  @Test func imagesAreLaidOutRowByRowBetweenGreyLines() {
    // Three images of 1×2 pixels in two columns: the fourth cell is empty.
    let grid = ImageGrid([0, 1, 1, 0, 1, 1], imageHeight: 1, imageWidth: 2, columns: 2)
    #expect(grid.width == 6)
    #expect(grid.height == 4)
    let g: UInt8 = 128
    #expect(
      grid.pixels == [
        0, 255, g, g, 255, 0,
        g, g, g, g, g, g,
        g, g, g, g, g, g,
        255, 255, g, g, g, g,
      ])
  }

  @Test func theRowsOfAnImageStayTogether() {
    let grid = ImageGrid(
      [0, 0.2, 0.4, 0.6, 0.8, 1, 0, 0.2], imageHeight: 2, imageWidth: 2, columns: 5, separator: 0)
    #expect(grid.width == 4)
    #expect(grid.pixels == [0, 51, 204, 255, 102, 153, 0, 51])
  }

  @Test func aReconstructionStandsRightOfItsOriginal() {
    let grid = ImageGrid.grouped(
      [[0, 0.2, 0.4], [1, 0.8, 0.6]], imageHeight: 1, imageWidth: 1, columns: 2, separator: 1)
    let g: UInt8 = 128
    #expect(grid.width == 9)
    #expect(grid.height == 3)
    #expect(
      grid.pixels == [
        0, g, 255, g, g, g, 51, g, 204,
        g, g, g, g, g, g, g, g, g,
        102, g, 153, g, g, g, g, g, g,
      ])
  }

  @Test func aGroupMayHaveThreeImages() {
    let grid = ImageGrid.grouped(
      [[0, 0.2], [1, 0.8], [0.4, 0.6]], imageHeight: 1, imageWidth: 1, columns: 2, separator: 1)
    let g: UInt8 = 128
    #expect(grid.height == 1)
    #expect(grid.pixels == [0, g, 255, g, 102, g, g, g, 51, g, 204, g, 153])
  }

  @Test func coloursStayTogether() {
    // Two images of 2×1 pixels side by side, a red and a green one above a blue and a grey one.
    let grid = ImageGrid(
      [1, 0, 0, 0, 0, 1, 0, 1, 0, 0.2, 0.2, 0.2], imageHeight: 2, imageWidth: 1, channels: 3,
      columns: 2, separator: 1)
    #expect(grid.width == 3 && grid.height == 2 && grid.channels == 3)
    let g: UInt8 = 128
    let pixels: [UInt8] = [255, 0, 0, g, g, g, 0, 255, 0] + [0, 0, 255, g, g, g, 51, 51, 51]
    #expect(grid.pixels == pixels)
    #expect(grid.image == Image(height: 2, width: 3, channels: 3, pixels: pixels))
  }

  @Test func valuesThatAreNoWholeImagesStopTheProgram() async {
    await #expect(processExitsWith: .failure) {
      _ = ImageGrid([0, 1], imageHeight: 1, imageWidth: 1, channels: 2, columns: 1)
    }
    await #expect(processExitsWith: .failure) {
      _ = ImageGrid([0, 1, 0, 1], imageHeight: 1, imageWidth: 1, channels: 3, columns: 1)
    }
    await #expect(processExitsWith: .failure) {
      _ = ImageGrid([0, 1, 0], imageHeight: 1, imageWidth: 2, columns: 1)
    }
    await #expect(processExitsWith: .failure) {
      _ = ImageGrid.grouped([[0, 1], [0]], imageHeight: 1, imageWidth: 1, columns: 1)
    }
  }
}

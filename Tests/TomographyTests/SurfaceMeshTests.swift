import ArrayMath
import Foundation
import Testing
import Tomography

@Suite struct SurfaceMeshTests {
  /// Distances inside an ellipsoid, in voxels: exactly linear across its surface for a sphere.
  static func ball(_ shape: VolumeShape, centre: SIMD3<Double>, radius: Double, inner: Double = 0) -> ScalarVolume {
    var voxels: [Float] = []
    for slice in 0..<shape.slices {
      for row in 0..<shape.rows {
        for column in 0..<shape.columns {
          let d = SIMD3(Double(column) + 0.5, Double(row) + 0.5, Double(slice) + 0.5) - centre
          let r = (d * d).sum().squareRoot()
          voxels.append(Float(min(radius - r, r - inner)))
        }
      }
    }
    return ScalarVolume(voxels, shape: shape)
  }

  @Test func aSphereHasItsVolumeAndArea() throws {
    let shape = VolumeShape(slices: 50, rows: 54, columns: 52)
    let volume = Self.ball(shape, centre: SIMD3(26.3, 27.1, 24.2), radius: 20.4)
    let mesh = try SurfaceMesh.isosurface(of: volume, level: 0, voxel: 2)
    #expect(mesh.isWatertight)
    #expect(abs(mesh.volume / (8 * 4 / 3 * .pi * pow(20.4, 3)) - 1) < 2e-3)
    #expect(abs(mesh.area / (4 * 4 * .pi * 20.4 * 20.4) - 1) < 3e-3)
    // Half a turn about x: y and z run against rows and slices.
    let bounds = try #require(mesh.bounds)
    #expect(abs((bounds.lower.x + bounds.upper.x) / 2 - 2 * 26.3) < 0.1)
    #expect(abs((bounds.lower.y + bounds.upper.y) / 2 + 2 * 27.1) < 0.1)
    #expect(abs((bounds.lower.z + bounds.upper.z) / 2 + 2 * 24.2) < 0.1)
  }

  @Test func whatIsRandomIsWatertightAndClosedAtTheBorder() throws {
    var generator = SeededGenerator(seed: 1)
    let shape = VolumeShape(slices: 9, rows: 7, columns: 8)
    var volume = ScalarVolume((0..<shape.count).map { _ in Float(generator.normal()) }, shape: shape)
    volume[3, 3, 3] = .nan
    let mesh = try SurfaceMesh.isosurface(of: volume, level: 0.1, voxel: 1)
    #expect(mesh.isWatertight)
    #expect(mesh.volume > 0)
    // Every corner of every triangle is a vertex, and no triangle uses one twice.
    #expect(mesh.triangles.allSatisfy { $0.x != $0.y && $0.y != $0.z && $0.x != $0.z })
    var open = mesh
    open.triangles.removeLast()
    #expect(!open.isWatertight)
    var turned = mesh
    turned.triangles[0] = SIMD3(turned.triangles[0].y, turned.triangles[0].x, turned.triangles[0].z)
    #expect(!turned.isWatertight)
  }

  @Test func aPoreIsTakenOff() throws {
    let shape = VolumeShape(slices: 40, rows: 40, columns: 40)
    let volume = Self.ball(shape, centre: SIMD3(20, 20, 20), radius: 16, inner: 6)
    let mesh = try SurfaceMesh.isosurface(of: volume, level: 0, voxel: 1)
    #expect(abs(mesh.volume / (4 / 3 * .pi * (4096 - 216)) - 1) < 4e-3)
    let outline = SectionOutline.contours(of: volume, level: 0, plane: .horizontal(slice: 20), voxel: 1)
    #expect(outline.polygons.count == 2)
    #expect(abs(outline.area / (.pi * (256 - 36)) - 1) < 5e-3)
  }

  @Test func aSectionIsDrawnWithYUp() {
    let shape = VolumeShape(slices: 40, rows: 44, columns: 48)
    let centre = SIMD3(20.5, 24.0, 15.0)
    let volume = Self.ball(shape, centre: centre, radius: 10)
    func middle(_ outline: SectionOutline) -> SIMD2<Double> {
      let points = outline.polygons.flatMap { $0 }
      return points.reduce(SIMD2(0, 0), +) / Double(points.count)
    }
    let flat = SectionOutline.contours(of: volume, level: 0, plane: .horizontal(slice: 15), voxel: 1)
    #expect(flat.polygons.count == 1)
    #expect(abs(flat.area / (100 * .pi) - 1) < 0.01)
    #expect(abs(flat.perimeter / (20 * .pi) - 1) < 0.01)
    #expect(abs(middle(flat).x - 20.5) < 0.1 && abs(middle(flat).y + 24) < 0.1)
    for azimuth in [0, 0.7, 1.5] {
      let upright = SectionOutline.contours(
        of: volume, level: 0, plane: .vertical(row: 24, column: 20.5, azimuth: azimuth), voxel: 1)
      #expect(abs(upright.area / (100 * .pi) - 1) < 0.01)
      #expect(abs(middle(upright).x) < 0.1 && abs(middle(upright).y + 15) < 0.1)
    }
    // The azimuth turns towards rising rows: two voxels on, the section through a smaller place is smaller.
    let off = SectionOutline.contours(
      of: volume, level: 0, plane: .vertical(row: 30, column: 20.5, azimuth: 0), voxel: 1)
    #expect(abs(off.area / (64 * .pi) - 1) < 0.02)
  }

  @Test func diagonalCornersAreJoinedByTheirMean() {
    func loops(_ pixels: [Float]) -> Int {
      let volume = ScalarVolume(pixels, shape: VolumeShape(slices: 1, rows: 2, columns: 2))
      return SectionOutline.contours(of: volume, level: 0, plane: .horizontal(slice: 0.5), voxel: 1).polygons.count
    }
    #expect(loops([1, -0.5, -0.5, 1]) == 1)
    #expect(loops([0.5, -1, -1, 0.5]) == 2)
  }
}

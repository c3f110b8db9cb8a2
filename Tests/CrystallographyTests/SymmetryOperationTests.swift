import Crystallography
import Foundation
import Testing

@Suite struct SymmetryOperationTests {
  @Test(arguments: [
    ("x,y,z", "x,y,z"), ("X, Y, Z", "x,y,z"), ("-x,y+1/2,-z", "-x,y+1/2,-z"), ("1/2+x,1/2-y,-z", "x+1/2,-y+1/2,-z"),
    ("'-y, x-y, z+1/3'", "-y,x-y,z+1/3"), ("x+0.5,y+.25,z-0.3333", "x+1/2,y+1/4,z+2/3"), ("+x,+y,+z", "x,y,z"),
    ("x-y,x,z+5/6", "x-y,x,z+5/6"), ("x+3/2,y-1,z+2", "x+1/2,y,z"), ("a,b,-c", "x,y,-z"), ("x+0.2,y,z", "x+1/5,y,z"),
    ("2*x+y,x+y,z", "2x+y,x+y,z"), ("1/2+x+1/4,y,z", "x+3/4,y,z"), ("x\t,y , z", "x,y,z"), ("x+1.,y,z", "x,y,z"),
    ("x+7/8,y,z", "x+7/8,y,z"), ("x-0.16667,y,z", "x+5/6,y,z"),
  ])
  func spellings(_ text: String, _ expected: String) throws {
    let operation = try SymmetryOperation(triplet: text)
    #expect(operation.description == expected)
    #expect(try SymmetryOperation(triplet: operation.description) == operation)
  }

  @Test(arguments: [
    "", "x,y", "x,y,z,x", "x,y,", "x,x,z", "x y,y,z", "x+,y,z", "x,y,w", "x,y,1/2", "x+1/0,y,z", "x+1/11,y,z",
    "99999999999999x,y,z", "x/2,y,z", "2*,y,z", "x+1e9,y,z", "0.5x,y,z", "x,y,z+", "x--y,y,z", "\u{e9},y,z",
    "x+.,y,z+..", "3x,y,z", String(repeating: "x", count: 300),
  ])
  func whatIsNoOperationIsRefused(_ text: String) {
    #expect(throws: CrystallographyError.self) { try SymmetryOperation(triplet: text) }
  }

  @Test func productsAndImages() throws {
    let screw = try SymmetryOperation(triplet: "-x,y+1/2,-z+1/2")
    let glide = try SymmetryOperation(triplet: "x,-y+1/2,z+1/2")
    let point = SIMD3(0.13, 0.27, 0.41)
    let product = screw.after(glide)
    let difference = product(point) - screw(glide(point))
    let rest = difference - difference.rounded(.toNearestOrEven)
    #expect((rest * rest).sum() < 1e-30)
    #expect(screw.after(screw) == .identity)
    #expect(screw.determinant == 1 && glide.determinant == -1 && glide.trace == 1)
    // h·(W x + w) = (h W)·x + h·w.
    let indices = MillerIndices(1, 2, -3)
    let left = (indices.vector * screw(point)).sum()
    let right = (screw(indices).vector * point).sum() + (indices.vector * screw.translation).sum()
    #expect(abs(left - right) < 1e-14)
  }
}

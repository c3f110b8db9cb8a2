import Foundation
import TestData

/// What VTK itself reads of a file, through Tools/read-vtk.
public struct VTKReading: Sendable {
  public struct Step: Sendable {
    public var time: Double
    /// By kind and name, such as "nodes lithiation".
    public var arrays: [String: [Double]] = [:]
    public var components: [String: Int] = [:]
  }

  public struct Failure: Error, CustomStringConvertible {
    public var description: String
  }

  public var steps: [Step] = []

  /// Reads files, all by one start of Python.
  ///
  /// - Returns: a reading a file; nil, with a printed skip, where the Python of `.tools` has no VTK; with `CI=true` that
  ///   is a failure.
  /// - Throws: ``Failure`` where VTK does not read a file.
  public static func read(_ paths: [String]) throws -> [VTKReading]? {
    let python = SharedData.checkout.appending(path: ".tools/bin/python3").path
    let isRequired = ProcessInfo.processInfo.environment["CI"] == "true"
    guard FileManager.default.isExecutableFile(atPath: python) else {
      if isRequired { throw Failure(description: "python3 is not installed in .tools") }
      print("skipped: python3 is not installed in .tools")
      return nil
    }
    let tool = SharedData.checkout.appending(path: "Tools/read-vtk").path
    let child = try ChildProcess.run(python, [tool] + paths)
    if child.status == 3, !isRequired {
      print("skipped: vtk is not installed in .tools")
      return nil
    }
    guard child.status == 0, !child.errors.contains("ERR|") else {
      throw Failure(description: "VTK does not read \(paths): status \(child.status), \(child.errors.suffix(2000))")
    }
    var readings: [VTKReading] = []
    for line in child.output.split(separator: "\n") {
      let fields = line.split(separator: "\t")
      if fields.first == "file" {
        readings.append(VTKReading())
      } else if let last = readings.indices.last {
        readings[last].take(fields)
      }
    }
    return readings
  }

  private mutating func take(_ fields: [Substring]) {
    if fields.count == 2, fields[0] == "time", let time = Double(fields[1]) {
      steps.append(Step(time: time))
    } else if fields.count > 2, !steps.isEmpty {
      let key = "\(fields[0]) \(fields[1])"
      steps[steps.count - 1].components[key] = Int(fields[2])
      steps[steps.count - 1].arrays[key] = fields.dropFirst(3).compactMap { Double($0) }
    }
  }
}

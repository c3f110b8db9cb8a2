import ArrayMath
import FileFormats

enum NeXusSamples {
  /// A file as a stage writes it.
  static let stage = NeXusGroup.root(
    entry: .entry(
      title: "State of charge", startTime: "2026-01-01T00:00:00Z", endTime: "2026-01-01T00:00:01Z",
      defaultPlot: "plot",
      children: [
        "plot": .group(
          .data(
            signal: "voltage", axes: ["time"], title: "Voltage against time", interpretation: "spectrum",
            datasets: [
              "time": NeXusDataset([0.0, 1, 2], units: "s", longName: "time / s"),
              "voltage": NeXusDataset([3, 3.5, 4], units: "V", longName: "voltage / V"),
            ])),
        "map": .group(
          .data(
            signal: "stress", axes: ["time", "y", "x"], interpretation: "image",
            datasets: [
              "time": NeXusDataset([0.0, 1], units: "s"), "y": NeXusDataset([0.0, 1, 2], units: "um"),
              "x": NeXusDataset([0.0, 1], units: "um"),
              "stress": NeXusDataset([Float](repeating: 1, count: 12), shape: [2, 3, 2], units: "MPa"),
            ])),
        "definition": .dataset(NeXusDataset(text: "NXoperando_stage")),
        "process": .group(
          .process(
            program: "operando", version: "1", sequenceIndex: 1,
            notes: ["parameters": .note("mass = 4.69e-12", description: "all parameters")])),
        "report": .group(.note("{}", type: "application/json")),
        "results": .group(.collection(["charge": .dataset(NeXusDataset(0.5, units: "A.s"))])),
        "provenance": .group(.note("{}", type: "application/json")),
      ]), creator: "operando 1")

  /// Every element type, shape and kind of member.
  static let everything: NeXusGroup = {
    var root = stage
    var all = NeXusGroup(
      "NXcollection", attributes: ["flags": NeXusArray(shape: [2, 2], values: .int8([1, -2, 3, 4]))])
    let arrays: [String: NeXusArray] = [
      "float64": .numbers([.nan, -0.0, .infinity, 1e-300, .pi]),
      "float32": NeXusArray(shape: [1, 2], values: .float32([1.5, .nan])),
      "int8": NeXusArray(shape: [2], values: .int8([.min, .max])),
      "uint8": NeXusArray(shape: [2], values: .uint8([.min, .max])),
      "int16": NeXusArray(shape: [2], values: .int16([.min, .max])),
      "uint16": NeXusArray(shape: [2], values: .uint16([.min, .max])),
      "int32": NeXusArray(shape: [2], values: .int32([.min, .max])),
      "uint32": NeXusArray(shape: [2], values: .uint32([.min, .max])),
      "int64": NeXusArray(shape: [2], values: .int64([.min, .max])),
      "uint64": NeXusArray(shape: [2], values: .uint64([.min, .max])),
      "complex64": NeXusArray(shape: [2], values: .complex64([ComplexFloat(1.5, -0.0), ComplexFloat(.nan, 2)])),
      "complex128": NeXusArray(shape: [1, 2], values: .complex128([SIMD2(1e-300, .nan), SIMD2(-0.0, .pi)])),
      "many_complex": NeXusArray(
        shape: [100, 80], values: .complex64((0..<8000).map { ComplexFloat(Float($0) / 7, -Float($0)) })),
      "text": "a micro sign: µ",
      "texts": .texts(["", "e\u{301}", "\u{e9}", "three\nlines\n"]),
      "scalar": 2.5,
      "empty": NeXusArray(shape: [0, 3], values: .float64([])),
      "no_texts": NeXusArray(shape: [0], values: .string([])),
      "cube": NeXusArray(shape: [2, 3, 4], values: .int32((0..<24).map { Int32($0) })),
      "long": .numbers((0..<20_000).map { Double($0) / 7 }),
      "long_texts": .texts((0..<3000).map { "entry number \($0)" }),
    ]
    for (name, array) in arrays { all[dataset: name] = NeXusDataset(array, attributes: ["copy": array]) }
    all[dataset: "long"]?.attributes["units"] = "s"
    all[dataset: "document"] = NeXusDataset(text: String(repeating: "long text, ", count: 5000))
    all.children["soft"] = .link(target: "/entry/plot/time")
    all.children["dangling"] = .link(target: "/nowhere")
    all.children["outside"] = .externalLink(file: "other.nxs", target: "/entry")
    all.children["plain"] = .group(NeXusGroup(""))
    root[group: "all"] = all
    return root
  }()
}

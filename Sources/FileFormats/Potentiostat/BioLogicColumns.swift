/// The columns of BioLogic's data module by identifier, with the names and units of the text export.
///
/// EC-Lab 11 writes some of the identifiers 256 higher than earlier versions; where the meaning differs both are listed.
enum BioLogicColumns {
  /// How a value lies in a record.
  enum Storage {
    case uint8, uint16, uint32, float32, float64

    var size: Int {
      switch self {
      case .uint8: 1
      case .uint16: 2
      case .uint32, .float32: 4
      case .float64: 8
      }
    }
  }

  struct Definition {
    var name: String
    var unit: String
    var storage: Storage
  }

  /// Columns that share one byte, which stands where the first of them is listed: name, mask and shift.
  static func flag(_ identifier: Int) -> (name: String, mask: UInt8, shift: UInt8)? {
    switch identifier {
    case 1: ("mode", 0x03, 0)
    case 2: ("ox/red", 0x04, 2)
    case 3: ("error", 0x08, 3)
    case 21: ("control changes", 0x10, 4)
    case 31: ("Ns changes", 0x20, 5)
    case 65: ("counter inc.", 0x80, 7)
    default: nil
    }
  }

  /// The definition of a column; nil for an identifier that is not known.
  static func definition(_ identifier: Int) -> Definition? { table[identifier] }

  private static let table: [Int: Definition] = {
    var table: [Int: Definition] = [:]
    func add(_ identifiers: [Int], _ name: String, _ unit: String, _ storage: Storage) {
      for identifier in identifiers { table[identifier] = Definition(name: name, unit: unit, storage: storage) }
    }
    add([4], "time", "s", .float64)
    add([5], "control", "V/mA", .float32)
    add([6], "Ewe", "V", .float32)
    add([7], "dq", "mA.h", .float64)
    add([8], "I", "mA", .float32)
    add([9], "Ece", "V", .float32)
    add([11], "<I>", "mA", .float64)
    add([13], "(Q-Qo)", "mA.h", .float64)
    add([16], "Analog IN 1", "V", .float32)
    add([17], "Analog IN 2", "V", .float32)
    add([19], "control", "V", .float32)
    add([20], "control", "mA", .float32)
    add([23], "dQ", "mA.h", .float64)
    add([24], "cycle number", "", .float64)
    add([26], "Rapp", "Ohm", .float32)
    add([27], "Ewe-Ece", "V", .float32)
    add([32], "freq", "Hz", .float32)
    add([33], "|Ewe|", "V", .float32)
    add([34], "|I|", "A", .float32)
    add([35], "Phase(Z)", "deg", .float32)
    add([36], "|Z|", "Ohm", .float32)
    add([37], "Re(Z)", "Ohm", .float32)
    add([38], "-Im(Z)", "Ohm", .float32)
    add([39], "I Range", "", .uint16)
    add([69], "R", "Ohm", .float32)
    add([70], "P", "W", .float32)
    add([74], "|Energy|", "W.h", .float64)
    add([75], "Analog OUT", "V", .float32)
    add([76], "<I>", "mA", .float32)
    add([77], "<Ewe>", "V", .float32)
    add([78], "Cs-2", "µF-2", .float32)
    add([96], "|Ece|", "V", .float32)
    add([98], "Phase(Zce)", "deg", .float32)
    add([99], "|Zce|", "Ohm", .float32)
    add([100], "Re(Zce)", "Ohm", .float32)
    add([101], "-Im(Zce)", "Ohm", .float32)
    add([110], "Energy ce", "W.h", .float64)
    add([112], "Energy", "W.h", .float64)
    add([115], "Energy ce charge", "W.h", .float64)
    add([116], "Energy ce discharge", "W.h", .float64)
    add([123], "Energy charge", "W.h", .float64)
    add([124], "Energy discharge", "W.h", .float64)
    add([125], "Capacitance charge", "µF", .float64)
    add([126], "Capacitance discharge", "µF", .float64)
    add([131], "Ns", "", .uint16)
    add([163], "|Estack|", "V", .float32)
    add([168], "Rcmp", "Ohm", .float32)
    add([169], "Cs", "µF", .float32)
    add([172], "Cp", "µF", .float32)
    add([173], "Cp-2", "µF-2", .float32)
    add([174], "<Ewe>", "V", .float32)
    add([178, 434], "(Q-Qo)", "C", .float32)
    add([179, 435], "dQ", "C", .float32)
    add([182, 438], "step time", "s", .float64)
    add([185, 441], "<Ece>", "V", .float32)
    add([206, 462], "Temperature", "°C", .float32)
    add([211, 467], "Q charge/discharge", "mA.h", .float64)
    add([212, 468], "half cycle", "", .uint32)
    add([213, 469], "z cycle", "", .uint32)
    add([215, 471], "<Ece>", "V", .float32)
    add([217, 473], "THD Ewe", "%", .float32)
    add([218, 474], "THD I", "%", .float32)
    add([219, 475], "THD Ece", "%", .float32)
    add([220, 476], "NSD Ewe", "%", .float32)
    add([221, 477], "NSD I", "%", .float32)
    add([222, 478], "NSD Ece", "%", .float32)
    add([223, 479], "NSR Ewe", "%", .float32)
    add([224, 480], "NSR I", "%", .float32)
    add([225, 481], "NSR Ece", "%", .float32)
    for harmonic in 2...7 {
      add([228 + harmonic, 484 + harmonic], "|Ewe h\(harmonic)|", "V", .float32)
      add([234 + harmonic, 490 + harmonic], "|I h\(harmonic)|", "A", .float32)
    }
    add([271], "Phase(Z1)", "deg", .float32)
    add([272], "Phase(Z2)", "deg", .float32)
    add([301], "|Z1|", "Ohm", .float32)
    add([302], "|Z2|", "Ohm", .float32)
    add([331], "Re(Z1)", "Ohm", .float32)
    add([332], "Re(Z2)", "Ohm", .float32)
    add([361], "-Im(Z1)", "Ohm", .float32)
    add([362], "-Im(Z2)", "Ohm", .float32)
    add([391], "<E1>", "V", .float32)
    add([392], "<E2>", "V", .float32)
    add([422], "Phase(Zstack)", "deg", .float32)
    add([423], "|Zstack|", "Ohm", .float32)
    add([424], "Re(Zstack)", "Ohm", .float32)
    add([425], "-Im(Zstack)", "Ohm", .float32)
    add([426], "<Estack>", "V", .float32)
    add([430], "Phase(Zwe-ce)", "deg", .float32)
    add([431], "|Zwe-ce|", "Ohm", .float32)
    add([432], "Re(Zwe-ce)", "Ohm", .float32)
    add([433], "-Im(Zwe-ce)", "Ohm", .float32)
    add([498], "Q charge", "mA.h", .float64)
    add([499], "Q discharge", "mA.h", .float64)
    add([500], "step time", "s", .float64)
    add([501], "Efficiency", "%", .float64)
    add([502], "Capacity", "mA.h", .float64)
    add([505], "Rdc", "Ohm", .float32)
    add([509], "Acir/Dcir Control", "", .uint8)
    return table
  }()

  /// The units that end a title of the text export, "V/mA" before "mA".
  private static let units = [
    "V/mA", "s", "h", "V", "mV", "mA", "A", "µA", "mA.h", "A.h", "µA.h", "W.h", "W", "Ohm", "deg", "Hz", "µF", "µF-2",
    "%", "C", "mC", "°C", "mA.h/g", "mA/mg", "W.h/kg",
  ]

  /// Splits a title of the text export, "Q charge/discharge/mA.h", into its name and its unit.
  ///
  /// BT-Lab's names of a two-electrode cell become those of EC-Lab.
  static func split(title: String) -> (name: String, unit: String) {
    let unit = units.filter { title.hasSuffix("/" + $0) }.max { $0.count < $1.count }
    let name = unit.map { String(title.dropLast($0.count + 1)) } ?? title
    let common =
      switch name {
      case "Ecell": "Ewe"
      case "<Ecell>": "<Ewe>"
      case "Pwe": "P"
      case "Rwe": "R"
      case "Energy we charge": "Energy charge"
      case "Energy we discharge": "Energy discharge"
      case "Energy we": "Energy"
      default: name
      }
    return (common, unit ?? "")
  }

  /// The short name of a technique by its number in the settings module; empty when not known.
  static func technique(_ identifier: UInt8) -> String {
    switch identifier {
    case 0x04, 0x77: "GCPL"
    case 0x06, 0x30: "CV"
    case 0x0B: "OCV"
    case 0x16: "MP"
    case 0x18: "CA"
    case 0x19: "CP"
    case 0x1C: "WAIT"
    case 0x1D: "PEIS"
    case 0x1E: "GEIS"
    case 0x32: "ZIR"
    case 0x33: "CVA"
    case 0x6C: "LSV"
    case 0x75: "CoV"
    case 0x76: "CoC"
    case 0x7F: "MB"
    case 0x88: "BCD"
    default: ""
    }
  }

  /// The short name of a technique by the line of the text export; that line itself when not known.
  static func technique(named line: String) -> String {
    switch line {
    case "Galvanostatic Cycling with Potential Limitation": "GCPL"
    case "Battery Capacity Determination": "BCD"
    case "Open Circuit Voltage": "OCV"
    case "Chronopotentiometry": "CP"
    case "Chronoamperometry / Chronocoulometry": "CA"
    case "Cyclic Voltammetry": "CV"
    case "Cyclic Voltammetry Advanced": "CVA"
    case "Modulo Bat": "MB"
    case "Linear Sweep Voltammetry": "LSV"
    case "Constant Voltage": "CoV"
    case "Constant Current": "CoC"
    default: line
    }
  }

  /// The line of the text export for a short name.
  static func title(ofTechnique name: String) -> String {
    switch name {
    case "GCPL": "Galvanostatic Cycling with Potential Limitation"
    case "BCD": "Battery Capacity Determination"
    case "OCV": "Open Circuit Voltage"
    case "CP": "Chronopotentiometry"
    case "": "Galvanostatic Cycling with Potential Limitation"
    default: name
    }
  }
}

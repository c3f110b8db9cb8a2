import Crystallography
import Foundation

/// The atoms of a block.
enum CIFSites {
  private static let limit = 20_000

  static func read(_ block: CIFBlock, _ file: String) throws(FormatError) -> [AtomSite] {
    guard let loop = block.loop("_atom_site_fract_x") else {
      let line = block.loop("_atom_site_cartn_x")?.line
      throw FormatError(
        file, at: "line \(line ?? block.line)",
        line == nil
          ? "data_\(block.name.prefix(60)) has no atoms: expected a loop with _atom_site_fract_x"
          : "the atoms have Cartesian coordinates; expected fractional ones, _atom_site_fract_x")
    }
    guard loop.rowCount <= limit else {
      throw FormatError(file, at: "line \(loop.line)", "\(loop.rowCount) atoms are more than \(limit)")
    }
    guard let labels = loop.column("_atom_site_label") ?? loop.column("_atom_site_type_symbol") else {
      throw FormatError(
        file, at: "line \(loop.line)", "the atoms have neither _atom_site_label nor _atom_site_type_symbol")
    }
    let tensors = try tensors(block, file)
    var sites: [AtomSite] = []
    for row in 0..<loop.rowCount {
      // Dummy atoms mark places such as the centre of a ring.
      if loop.value(row, loop.column("_atom_site_calc_flag"))?.text.lowercased() == "dum" { continue }
      sites.append(try site(loop, row, labels: labels, tensors, file))
    }
    guard !sites.isEmpty else { throw FormatError(file, at: "line \(loop.line)", "the loop of the atoms is empty") }
    return sites
  }

  private static func site(
    _ loop: CIFBlock.Loop, _ row: Int, labels: Int, _ tensors: [String: SymmetricMatrix3], _ file: String
  ) throws(FormatError) -> AtomSite {
    let first = loop.values[row * loop.tags.count]
    guard let label = loop.value(row, labels) else {
      throw FormatError(file, at: "line \(first.line)", "an atom has no label")
    }
    func number(_ tag: String) throws(FormatError) -> Double? {
      guard let value = loop.value(row, loop.column(tag)) else { return nil }
      return try CIFNumber.read(value, "\(tag) of \(label.text.prefix(20))", file)
    }
    var position = SIMD3<Double>.zero
    for (axis, tag) in ["_atom_site_fract_x", "_atom_site_fract_y", "_atom_site_fract_z"].enumerated() {
      guard let value = try number(tag) else {
        throw FormatError(file, at: "line \(first.line)", "the atom \(label.text.prefix(20)) has no \(tag)")
      }
      position[axis] = value
    }
    let type = loop.value(row, loop.column("_atom_site_type_symbol"))
    let (element, charge) = try species(type, label: label, file)
    let occupancy = try number("_atom_site_occupancy") ?? 1
    guard occupancy >= 0, occupancy <= 1.05 else {
      throw FormatError(
        file, at: "line \(first.line)", "the occupancy of \(label.text.prefix(20)) is \(occupancy); expected 0...1")
    }
    var displacement = AtomicDisplacement.isotropic(0)
    if let tensor = tensors[label.text] {
      displacement = .anisotropic(tensor)
    } else if let u = try number("_atom_site_u_iso_or_equiv") {
      displacement = .isotropic(u * 1e-20)
    } else if let b = try number("_atom_site_b_iso_or_equiv") {
      displacement = .isotropic(b: b * 1e-20)
    }
    return AtomSite(
      label: label.text, element: element, charge: charge, position: position, occupancy: occupancy,
      displacement: displacement)
  }

  /// The tensors U_ij by label, in m²; those of B_ij are divided by 8π².
  private static func tensors(_ block: CIFBlock, _ file: String) throws(FormatError) -> [String: SymmetricMatrix3] {
    guard let loop = block.loop("_atom_site_aniso_label"), let labels = loop.column("_atom_site_aniso_label") else {
      return [:]
    }
    let isU = loop.column("_atom_site_aniso_u_11") != nil
    let unit = isU ? 1e-20 : 1e-20 / (8 * .pi * .pi)
    let tags = ["11", "22", "33", "23", "13", "12"].map { "_atom_site_aniso_\(isU ? "u" : "b")_\($0)" }
    var result: [String: SymmetricMatrix3] = [:]
    for row in 0..<loop.rowCount {
      guard let label = loop.value(row, labels)?.text else { continue }
      var elements: [Double] = []
      for tag in tags {
        guard let value = loop.value(row, loop.column(tag)) else { break }
        elements.append(try CIFNumber.read(value, "\(tag) of \(label.prefix(20))", file) * unit)
      }
      // An atom with a question mark among its six numbers keeps its isotropic value.
      guard elements.count == 6 else { continue }
      guard elements.allSatisfy({ abs($0) <= 10e-20 }) else {
        throw FormatError(
          file, at: "line \(loop.values[row * loop.tags.count].line)",
          "the displacement tensor of \(label.prefix(20)) is beyond 10 square angstrom")
      }
      result[label] = SymmetricMatrix3(
        xx: elements[0], yy: elements[1], zz: elements[2], yz: elements[3], xz: elements[4], xy: elements[5])
    }
    return result
  }

  /// The element and the charge of "Ni2+", "O-2", "Li", or of a label such as "Ni1" or "O1A".
  private static func species(
    _ type: CIFBlock.Value?, label: CIFBlock.Value, _ file: String
  ) throws(FormatError) -> (ChemicalElement, Int?) {
    let source = type ?? label
    let letters = source.text.prefix { $0.isASCII && $0.isLetter }
    // Two letters where the second is small, or no element has the first alone ("LI1"); else one: "OW1" is oxygen.
    let isPair = letters.dropFirst().first?.isLowercase == true || (type != nil && letters.count == 2)
    let lengths = isPair ? [2, 1] : [1, 2]
    for length in lengths where letters.count >= length {
      if let element = try? ChemicalElement(symbol: String(letters.prefix(length))) {
        return (element, type.flatMap { charge($0.text.dropFirst(length)) })
      }
    }
    throw FormatError(
      file, at: "line \(source.line)", "\"\(source.text.prefix(20))\" names no chemical element")
  }

  /// 2 for "2+" and "+2", −1 for "-" and "1-"; nil for what is no charge.
  private static func charge(_ text: Substring) -> Int? {
    guard let sign = text.first(where: { $0 == "+" || $0 == "-" }) else { return nil }
    let digits = text.filter { $0 != sign }
    guard let size = digits.isEmpty ? 1 : Int(digits), (0...9).contains(size) else { return nil }
    return sign == "-" ? -size : size
  }
}

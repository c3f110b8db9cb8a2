import Crystallography
import FileFormats
import Foundation
import TestSupport
import Testing

/// Structures written for these tests.
enum CIFSamples {
  static let layeredOxide = """
    #\\#CIF_1.1
    # a comment with a 'quote
    data_NMC811
    _chemical_name_common   'a layered oxide, O'Neill's sample'
    _cell_length_a          2.8704(2)
    _cell_length_b          2.8704(2)
    _cell_length_c          14.1918(12)
    _cell_angle_alpha       90.
    _cell_angle_beta        90
    _cell_angle_gamma       1.2E2
    _space_group_IT_number  166
    _space_group_name_H-M_alt "R -3 m :H"
    _publ_section_comment
    ;
    loop_ data_ _cell_length_a 5 in a text field
     ; is text as well
    ;
    _journal_year ?
    loop_
      _atom_site_label
      _atom_site_type_symbol
      _atom_site_fract_x _atom_site_fract_y _atom_site_fract_z
      _atom_site_occupancy
      _atom_site_B_iso_or_equiv
      Li1 Li1+ 0 0 0.5 1.0 1.0
      Ni1 Ni3+ 0 0 0 0.8 0.35(4) # the metals
      Mn1 Mn4+ 0 0 0 0.1 0.35
      Co1 Co3+ 0 0 0 .1  0.35
      O1  O2-  0 0 0.2588(3) . 0.7
    """

  static let hexaboride = """
    data_global
    _journal_name_full 'none'
    data_LaB6
    _cell_length_a 4.156826
    _cell_length_b 4.156826
    _cell_length_c 4.156826
    _cell_angle_alpha 90
    _cell_angle_beta 90
    _cell_angle_gamma 90
    _symmetry_space_group_name_H-M 'P m 3 m'
    loop_
    _atom_site_label
    _atom_site_fract_x
    _atom_site_fract_y
    _atom_site_fract_z
    La1 0 0 0
    B1 0.1993(4) 0.5 0.5
    loop_
    _atom_site_aniso_label
    _atom_site_aniso_U_11
    _atom_site_aniso_U_22
    _atom_site_aniso_U_33
    _atom_site_aniso_U_12
    _atom_site_aniso_U_13
    _atom_site_aniso_U_23
    La1 0.005 0.005 0.005 0 0 0
    B1 0.004 0.006 0.007 0.001 0.002 0.003
    """

  /// Silicon by its operations: those of the library, written out.
  static func silicon() throws -> String {
    let operations = try SpaceGroup(symbol: "Fd-3m:2").operations.map { "'\($0)'" }.joined(separator: "\r\n")
    return """
      data_Si\r
      _cell.length_a 5.431179\r
      _cell.length_b 5.431179\r
      _cell.length_c 5.431179\r
      loop_\r
      _space_group_symop.operation_xyz\r
      \(operations)\r
      loop_ _atom_site.type_symbol _atom_site.fract_x _atom_site.fract_y _atom_site.fract_z\r
      Si 0.125 0.125 1/8\r
      """.replacing("1/8", with: "0.125")
  }
}

@Suite struct CIFFileTests {
  func read(_ text: String, block: String? = nil) throws -> CrystalStructure {
    try CIFFile.read(Array(text.utf8), named: "test.cif", block: block)
  }

  @Test func aLayeredOxide() throws {
    let content = try CIFFile.content(Array(CIFSamples.layeredOxide.utf8), named: "test.cif")
    let structure = content.structure
    #expect(content.notes.isEmpty)
    #expect(structure.name == "a layered oxide, O'Neill's sample")
    #expect(structure.cell == UnitCell(hexagonal: 2.8704 * 1e-10, c: 14.1918 * 1e-10))
    #expect(structure.spaceGroup.symbol == "R -3 m :H")
    #expect(structure.sites.map(\.label) == ["Li1", "Ni1", "Mn1", "Co1", "O1"])
    #expect(structure.sites.map(\.charge) == [1, 3, 4, 3, -2])
    #expect(structure.sites.map(\.occupancy) == [1, 0.8, 0.1, 0.1, 1])
    #expect(structure.sites[4].position == SIMD3(0, 0, 0.2588))
    #expect(structure.sites[1].displacement == .isotropic(b: 0.35 * 1e-20))
    #expect(abs(structure.density - 4786) < 2)
    #expect(structure.bondLengthWarnings().isEmpty)
  }

  @Test func symbolsTensorsAndSeveralBlocks() throws {
    let structure = try read(CIFSamples.hexaboride)
    #expect(structure.name == "LaB6" && structure.spaceGroup.number == 221)
    #expect(structure.images.map(\.count) == [1, 6])
    #expect(
      structure.sites[1].displacement
        == .anisotropic(
          SymmetricMatrix3(
            xx: 0.004 * 1e-20, yy: 0.006 * 1e-20, zz: 0.007 * 1e-20, yz: 0.003 * 1e-20, xz: 0.002 * 1e-20,
            xy: 0.001 * 1e-20)))
    #expect(try read(CIFSamples.hexaboride, block: "lab6").name == "LaB6")
    #expect(throws: FormatError.self) { try read(CIFSamples.hexaboride, block: "NaCl") }
    #expect(try CIFFile.blockNames(Array(CIFSamples.hexaboride.utf8), named: "") == ["global", "LaB6"])
    let two = CIFSamples.hexaboride + "\n" + CIFSamples.layeredOxide
    let error = #expect(throws: FormatError.self) { try read(two) }
    #expect("\(try #require(error))".contains("NMC811"))
    #expect(try read(two, block: "NMC811").sites.count == 5)
  }

  @Test func symmetryByOperations() throws {
    let structure = try read(try CIFSamples.silicon())
    #expect(structure.spaceGroup.symbol == "F d -3 m :2" && structure.images[0].count == 8)
    #expect(abs(structure.density - 2329) < 1)
  }

  @Test func theMeasuredFileReads() throws {
    guard let path = SharedData.path("orientation/NMC811.cif") else { return }
    let structure = try CIFFile.read([UInt8](Data(contentsOf: URL(filePath: path))), named: "NMC811.cif")
    #expect(structure.images.map(\.count) == [3, 3, 3, 3, 6])
    #expect(structure.bondLengthWarnings().isEmpty)
  }

  /// Values of the syntax's corner cases, read through the name of the structure.
  @Test(arguments: [
    ("'a dog''s life'", "a dog''s life"), ("\"it's\"", "it's"), ("'?'", "?"), ("\n;first\nsecond\n;", "first\nsecond"),
    ("plain#text", "plain#text"), ("'#no comment'", "#no comment"), ("a;b", "a;b"), ("'loop_'", "loop_"),
    ("?", "block"), (".", "block"), ("\n;\n;", ""), ("'' ", ""), ("a'b", "a'b"), ("\"a\"b\"", "a\"b"),
  ])
  func values(_ written: String, _ expected: String) throws {
    let text = CIFSamples.layeredOxide
      .replacing("'a layered oxide, O'Neill's sample'", with: written).replacing("data_NMC811", with: "DATA_block")
    #expect(try read(text).name == expected)
  }

  @Test func lineEndsAndAByteOrderMark() throws {
    let expected = try read(CIFSamples.layeredOxide)
    for end in ["\r\n", "\r"] {
      #expect(try read("\u{FEFF}" + CIFSamples.layeredOxide.replacing("\n", with: end)) == expected)
    }
  }

  /// What is wrong, and the line that the message names.
  @Test(arguments: [
    ("2.8704(2)\n_cell_length_b", "2.8a\n_cell_length_b", "line 5"), ("14.1918(12)", "-1", "line 7"),
    ("14.1918(12)", "1e999", "line 7"), ("14.1918(12)", "?", "line 3"), ("1.2E2", "180", "line 10"),
    ("1.2E2", "90", "line 12"), ("\"R -3 m :H\"", "\"R -3 m :H", "line 12"), ("\"R -3 m :H\"", "'X y z'", "line 12"),
    ("\n;\n_journal", "\n_journal", "line 14"), ("0 0 0 .1  0.35", "0 0 0 .1", "line 19"),
    ("Li1 Li1+", "Li1 Qq1+", "line 25"), ("0.8 0.35(4)", "1.8 0.35(4)", "line 26"),
    ("0 0 0.2588(3)", "0 ? 0.2588(3)", "line 29"), ("0 0 0.2588(3)", "0 x 0.2588(3)", "line 29"),
    ("_journal_year ?", "_cell_length_a 3", "line 18"), ("_journal_year ?", "_journal_year", "line 18"),
    ("_journal_year ?", "stop_", "line 18"), ("_journal_year ?", "loop_", "line 18"),
    ("_journal_year ?", "3", "line 18"), ("data_NMC811", "", "line 4"), ("0.35(4)", "1e30", "line 3"),
    ("0 0 0.2588(3)", "0 0 1e9", "line 3"), ("_atom_site_fract_x", "_atom_site_Cartn_x", "line 19"),
  ])
  func errorsNameTheLine(_ old: String, _ new: String, _ place: String) throws {
    var text = CIFSamples.layeredOxide.replacing(old, with: new, maxReplacements: 1)
    // Without the number the symbol alone counts.
    if new == "'X y z'" { text = text.replacing("_space_group_IT_number  166", with: "_unknown 1") }
    let error = #expect(throws: FormatError.self, "\(old) -> \(new)") { try read(text) }
    #expect(error?.place == place, "\(old) -> \(new): \(error.map { "\($0)" } ?? "")")
  }

  @Test func missingPartsAreNamed() throws {
    for (text, word) in [
      ("", "data_NAME"), ("# only a comment", "data_NAME"), ("data_x\n_a b", "_cell_length_a"),
      ("data_x\n_cell_length_a 3", "_cell_length_b"),
      ("data_x\n_cell_length_a 3 _cell_length_b 3 _cell_length_c 3", "symmetry"),
      ("data_x\n_cell_length_a 3 _cell_length_b 3 _cell_length_c 3 _space_group_IT_number 1", "_atom_site_fract_x"),
      ("data_x\n_cell_length_a 3 _cell_length_b 3 _cell_length_c 3 _space_group_IT_number 231", "1...230"),
    ] {
      let error = #expect(throws: FormatError.self) { try read(text) }
      #expect("\(try #require(error))".contains(word), "\(text): \(error.map { "\($0)" } ?? "")")
    }
  }

  @Test func operationsThatAreNoGroupAreAnErrorWithItsLine() throws {
    let text = try CIFSamples.silicon()
    let broken = text.replacing("'-x,-y,-z'", with: "'-x,-y,-z+1/3'")
    let error = #expect(throws: FormatError.self) { try read(broken) }
    #expect("\(try #require(error))".contains("no group"))
    #expect(throws: FormatError.self) { try read(text.replacing("'-x,-y,-z'", with: "'-x,-y'")) }
  }

  @Test func contradictionsAndOpenOriginsAreNoted() throws {
    let contradiction = try CIFSamples.silicon() + "\n_space_group_IT_number 225\n"
    let notes = try CIFFile.content(Array(contradiction.utf8), named: "test.cif").notes
    #expect(notes.count == 1 && notes[0].contains("225"))
    let open = """
      data_Si _cell_length_a 5.431 _cell_length_b 5.431 _cell_length_c 5.431 _symmetry_space_group_name_H-M 'F d -3 m'
      loop_ _atom_site_label _atom_site_fract_x _atom_site_fract_y _atom_site_fract_z Si1 0 0 0
      """
    let content = try CIFFile.content(Array(open.utf8), named: "test.cif")
    #expect(content.notes.count == 1 && content.notes[0].contains("origin"))
    #expect(content.structure.images[0].count == 8)
    let closed = open + "\n_space_group_IT_coordinate_system_code 2"
    #expect(try CIFFile.content(Array(closed.utf8), named: "test.cif").structure.images[0].count == 16)
  }

  @Test func elementsFromLabels() throws {
    for (label, symbol) in [("Ni1", "Ni"), ("O1A", "O"), ("OW1", "O"), ("LI1", "Li"), ("C12", "C"), ("Co", "Co")] {
      let text = """
        data_x _cell_length_a 5 _cell_length_b 5 _cell_length_c 5 _space_group_IT_number 1
        loop_ _atom_site_label _atom_site_fract_x _atom_site_fract_y _atom_site_fract_z \(label) 0 0 0
        """
      #expect(try read(text).sites[0].element.symbol == symbol)
    }
  }

  @Test func damagedFilesAreRefusedInWords() throws {
    let inputs = [CIFSamples.layeredOxide, CIFSamples.hexaboride, try CIFSamples.silicon()].map { Array($0.utf8) }
    let result = MutatedReads(of: inputs, count: 500) { _ = try CIFFile.read($0, named: "damaged.cif") }
    print("CIF: \(result.reads) of 500 damaged files read, slowest \(result.slowest) s")
    #expect(result.silentErrors == 0 && result.errors > 100 && result.slowest < 1)
    for (input, end) in inputs.flatMap({ input in stride(from: 0, to: input.count, by: 7).map { (input, $0) } }) {
      do { _ = try CIFFile.read(Array(input[..<end]), named: "cut.cif") } catch { #expect("\(error)".count > 10) }
    }
  }
}

import Foundation
import ParticleMechanics
public import Pipeline
public import Quantities

extension ParticleCyclingStage {
  /// A particle, what it is made of, and what a potentiostat does to it.
  public struct Parameters: ExperimentDecodable {
    @Setting(
      "what is solved: sphere and cylinder (along the radius), section (a disc of elements, grains where there is a section `grains`) or mesh (the mesh of `mesh.file`)",
      default: .sphere)
    public var shape: Shape
    @Setting(
      "radius of the particle", default: UncertainQuantity(5 * .micrometre),
      in: 0.01 * .micrometre...1000 * .micrometre)
    public var radius: UncertainQuantity<LengthKind>
    @Setting("how a particle without `grains` is built: core-shell, random, all-shell", default: .random)
    public var structure: ParticleModelStage.StructureName
    @Setting("radius where the core ends and the shell begins, over the radius", default: Ratio(60, .percent))
    public var transitionRadius: Ratio
    @Setting("full width of the transition from core to shell, over the radius", default: Ratio(1, .percent))
    public var transitionWidth: Ratio

    @Section("what the particle is made of")
    public var material: MaterialSettings
    @Section("what happens at its surface")
    public var surface: SurfaceSettings
    @Section("what the potentiostat does")
    public var `protocol`: ProtocolSettings
    @Section("how lithium changes its shape")
    public var expansion: ExpansionSettings
    @Section("how stiff it is, and what holds it")
    public var elasticity: ElasticitySettings
    @Section("grains with a crystal frame each; left out, there are none")
    public var grains: GrainSettings?
    @Section("the elements and the steps in time")
    public var mesh: MeshSettings
    @Section("the part of the surface that the electrolyte wets; left out, all of it")
    public var contact: ContactSettings?
    @Section("what drives cracks, against what resists them")
    public var cracking: CrackingSettings
    @Section("what each uncertain parameter does to each headline value")
    public var sensitivities: SensitivitySettings
    @SectionList("parameters that are run through values, one after the other")
    public var sweep: [SweepSettings]

    public init() {}

    public func validate() -> [SettingProblem] {
      var found: [SettingProblem] = []
      func report(_ key: String, _ message: String, _ detail: String) {
        found.append(SettingProblem(at: key, message, detail: detail))
      }
      if grains != nil, shape != .section {
        report("grains", "a \(shape.rawValue) has no grains", "write `shape: section`, or leave `grains` out")
      }
      if grains != nil, expansion.convention != .crystal {
        report(
          "expansion.convention", "grains follow their crystal", "write `convention: crystal`, or leave `grains` out")
      }
      if contact != nil, shape != .section {
        report(
          "contact", "a \(shape.rawValue) is wetted evenly",
          "write `shape: section`, or leave `contact` out; a mesh file names the boundary `wetted` itself")
      }
      if (shape == .mesh) != (mesh.file != nil) {
        report(
          "mesh.file", shape == .mesh ? "there is no mesh" : "the mesh of the file is not used",
          shape == .mesh ? "give `file` as a Gmsh mesh such as particle.msh" : "write `shape: mesh`, or leave it out")
      }
      if shape == .sphere, structure != .random, expansion.convention == .crystal, expansion.axis == .hoop {
        report(
          "expansion.axis", "a sphere has no hoop along which c could lie",
          "write `axis: tangential-plane`, or `shape: cylinder`")
      }
      if let outline = mesh.outline, outline.count < 3 || outline.contains(where: { $0.count != 2 }) {
        report("mesh.outline", "this is no outline", "expected at least three corners of two numbers each")
      } else if mesh.outline != nil, shape != .section || grains?.source == .orientation {
        report(
          "mesh.outline", "the outline is not used",
          "write `shape: section` with generated grains or none, or leave it out")
      }
      let room = 2 * min(transitionRadius.si, 1 - transitionRadius.si)
      if structure == .coreShell, grains == nil {
        if room <= 0 {
          report(
            "transition_radius", "the transition lies outside the particle",
            "expected more than 0 % and less than 100 %")
        } else if transitionWidth.si <= 0 || transitionWidth.si > room {
          report(
            "transition_width", "the transition does not fit into the particle",
            "expected more than 0 % and at most \(String(format: "%.4g %%", 100 * room))")
        }
      }
      if self.protocol.needsKinetics, surface.kinetics == .none {
        report(
          "surface.kinetics", "the protocol has voltages and the surface has no kinetics",
          "write `kinetics: butler-volmer`, or end the steps by a lithiation or a duration")
      }
      if elasticity.coupling, shape == .sphere || shape == .cylinder,
        structure != .random || elasticity.kind == .crystal
      {
        report(
          "elasticity.coupling", "along a radius stress acts on lithium only in an isotropic particle",
          "write `structure: random` with `elasticity: { kind: isotropic }`, or `shape: section`")
      }
      if cracking.phaseField {
        if shape != .section, shape != .mesh {
          report(
            "cracking.phase_field", "a \(shape.rawValue) has no elements that could crack", "write `shape: section`")
        } else if shape == .section, cracking.phaseFieldWidth.si < 2.5 * mesh.elementSize.si {
          report(
            "cracking.phase_field_width", "the elements are too large for so narrow a crack",
            "expected at least 2.5 times `mesh.element_size`, \(mesh.elementSize)")
        }
      }
      for (index, key) in (sensitivities.parameters ?? []).enumerated() {
        guard let text = model.settingText(key), (try? AnyQuantity(parsing: text)) != nil else {
          report(
            "sensitivities.parameters[\(index)]", "this is no parameter that could be varied by a little",
            "`\(key)`; expected one with a number such as elasticity.youngs_modulus")
          continue
        }
      }
      let keys = Set(model.changeableKeys())
      for (place, sweep) in sweep.enumerated() {
        for (index, value) in sweep.values.enumerated() {
          do {
            _ = try varied(sweep.parameter, to: value)
          } catch {
            let key = keys.contains(sweep.parameter) ? "values[\(index)]" : "parameter"
            report("sweep[\(place)].\(key)", "the sweep asks for what cannot be", error.problem)
            break
          }
        }
      }
      return found
    }
  }

  /// What is solved.
  public enum Shape: String, SettingChoice, Hashable {
    case sphere, cylinder, section, mesh
  }
}

extension ParticleCyclingStage.Parameters {
  /// The model alone, without the sweeps and sensitivities that vary it.
  var model: Self {
    var copy = self
    copy.sweep = []
    copy.sensitivities = ParticleCyclingStage.SensitivitySettings()
    return copy
  }

  /// The model with one setting changed.
  ///
  /// - Throws: `SettingChangeError`.
  func varied(_ key: String, to text: String) throws(SettingChangeError) -> Self {
    var copy = try model.changing(key, to: text)
    // Its path starts from the folder of the experiment file, which the settings do not know.
    if key != "mesh.file" { copy.mesh.file = mesh.file }
    return copy
  }
}

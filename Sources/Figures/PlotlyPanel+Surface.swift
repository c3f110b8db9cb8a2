import Foundation

/// A surface as Plotly's scene shows it: WebGL, turned by the pointer.
extension PlotlyPanel {
  static func trace(_ surface: Surface, colour: Colour) -> JSONText {
    let units = surface.axes.map { escapedXML($0.unit) }
    return .object([
      ("type", .string("mesh3d")), ("name", plain(surface.name)),
      ("x", packed(surface.coordinate(0))), ("y", packed(surface.coordinate(1))), ("z", packed(surface.coordinate(2))),
      ("i", packed(surface.corner(0))), ("j", packed(surface.corner(1))), ("k", packed(surface.corner(2))),
      ("color", .string(colour.hex)), ("flatshading", .bool(false)),
      (
        "lighting",
        .object([
          ("ambient", .number(0.5)), ("diffuse", .number(0.8)), ("specular", .number(0.15)),
          ("roughness", .number(0.7)),
        ])
      ),
      (
        "hovertemplate",
        .string(
          "\(escapedXML(surface.axes[0].label)) %{x:.4~g} \(units[0])<br>\(escapedXML(surface.axes[1].label)) "
            + "%{y:.4~g} \(units[1])<br>\(escapedXML(surface.axes[2].label)) %{z:.4~g} \(units[2])"
            + "<extra>\(escapedXML(surface.name))</extra>")
      ),
    ])
  }

  /// Numbers as Plotly takes them in the least room: little-endian bytes.
  private static func packed(_ values: [Float]) -> JSONText {
    .object([
      ("dtype", .string("f4")),
      ("bdata", .string(Surface.bytes(values.map(\.bitPattern)).base64EncodedString())),
    ])
  }

  private static func packed(_ values: [UInt32]) -> JSONText {
    .object([("dtype", .string("u4")), ("bdata", .string(Surface.bytes(values).base64EncodedString()))])
  }

  func scene(_ surface: Surface) -> JSONText {
    let names = ["xaxis", "yaxis", "zaxis"]
    let axes = zip(names, surface.axes).map { name, axis -> (String, JSONText) in
      (name, .object([("title", .object([("text", Self.plain(axis.text))]))]))
    }
    let distance = 2.4
    let (azimuth, elevation) = (SurfacePicture.azimuth, SurfacePicture.elevation)
    let eye: [(String, JSONText)] = [
      ("x", .number(distance * cos(elevation) * cos(azimuth))),
      ("y", .number(distance * cos(elevation) * sin(azimuth))),
      ("z", .number(distance * sin(elevation))),
    ]
    return .object([
      ("title", .object([("text", Self.plain(panel.title)), ("x", .number(0.02)), ("xanchor", .string("left"))])),
      ("showlegend", .bool(false)),
      (
        "scene",
        .object(
          axes + [
            ("aspectmode", .string("data")), ("dragmode", .string("orbit")),
            ("camera", .object([("eye", .object(eye))])),
          ])
      ),
    ])
  }
}

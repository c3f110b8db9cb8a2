import Figures
import Pipeline

/// Pictures of the conventions in force, as inline SVG that takes its colour from the page.
///
/// Which pictures are drawn follows from the subjects of the conventions; the words beside them are the run's own.
enum ConventionDrawings {
  static func elements(for conventions: [Convention]) -> [String] {
    let subjects = conventions.map { $0.subject.lowercased() }
    func mentions(_ words: [String]) -> Bool {
      subjects.contains { subject in words.contains { subject.contains($0) } }
    }
    var drawings: [String] = []
    if mentions(["sector", "axes", "coordinate", "stress", "tension", "hoop", "radial", "model"]) {
      drawings.append(
        figure(
          sector,
          "The modelled sector: x to the right, y up, r and θ from the centre; symmetry on both straight edges. Tension is positive: the arrows of a positive radial and a positive hoop stress point away from the element."
        ))
    }
    if mentions(["current"]) {
      drawings.append(
        figure(
          current,
          "Current is positive while lithium leaves the cathode (charge): electrons leave through the outer circuit, the voltage rises and the lithiation falls."
        ))
    }
    if mentions(["image", "row", "pixel"]) {
      drawings.append(
        figure(image, "Images are (row, column) with the origin at the top left; the model's y points up."))
    }
    return drawings
  }

  private static func figure(_ drawing: String, _ caption: String) -> String {
    "<figure class=\"drawing\">\(drawing)<figcaption>\(escapedXML(caption))</figcaption></figure>"
  }

  private static func open(_ title: String, _ width: Int, _ height: Int) -> String {
    """
    <svg viewBox="0 0 \(width) \(height)" xmlns="http://www.w3.org/2000/svg" role="img" aria-label="\(title)" \
    font-family="system-ui,sans-serif" font-size="13" fill="currentColor" stroke="none">
    """
  }

  private static func arrow(_ x0: Double, _ y0: Double, _ x1: Double, _ y1: Double, colour: String) -> String {
    let length = ((x1 - x0) * (x1 - x0) + (y1 - y0) * (y1 - y0)).squareRoot()
    let (ux, uy) = ((x1 - x0) / length, (y1 - y0) / length)
    let (bx, by) = (x1 - 9 * ux, y1 - 9 * uy)
    func point(_ x: Double, _ y: Double) -> String { "\(compactNumber(x, digits: 4)),\(compactNumber(y, digits: 4))" }
    return """
      <path d="M\(point(x0, y0))L\(point(bx, by))" stroke="\(colour)" stroke-width="2" fill="none"/>\
      <path d="M\(point(x1, y1))L\(point(bx - 4 * uy, by + 4 * ux))L\(point(bx + 4 * uy, by - 4 * ux))z" fill="\(colour)"/>
      """
  }

  private static func label(_ text: String, _ x: Double, _ y: Double, anchor: String = "start", style: String = "")
    -> String
  {
    "<text x=\"\(compactNumber(x))\" y=\"\(compactNumber(y))\" text-anchor=\"\(anchor)\"\(style)>\(escapedXML(text))</text>"
  }

  private static var sector: String {
    let (hoop, radial) = (Colour.cycle[1].hex, Colour.cycle[0].hex)
    let line = "stroke=\"currentColor\" fill=\"none\""
    var svg = open("Sector of the particle with axes x and y, radius r, angle theta, radial and hoop stress", 340, 300)
    // The quarter disc, its centre at (50, 250) and its radius 190, and the transition radius inside.
    svg += "<path d=\"M50 250H240A190 190 0 0 0 50 60Z\" fill=\"currentColor\" fill-opacity=\"0.06\"/>"
    svg += "<path d=\"M50 250H240A190 190 0 0 0 50 60Z\" \(line) stroke-width=\"1.4\"/>"
    svg += "<path d=\"M145 250A95 95 0 0 0 50 155\" \(line) stroke-dasharray=\"5 4\"/>"
    svg += label("transition", 54, 148, style: " font-size=\"12\" opacity=\"0.75\"")
    svg += arrow(50, 250, 290, 250, colour: "currentColor") + label("x", 296, 255)
    svg += arrow(50, 250, 50, 22, colour: "currentColor") + label("y", 36, 26, anchor: "middle")
    // The radius to an element at 35 degrees.
    let (cx, cy) = (50 + 145 * 0.8192, 250 - 145 * 0.5736)
    svg += "<path d=\"M50 250L\(compactNumber(cx)) \(compactNumber(cy))\" \(line) stroke-dasharray=\"2 3\"/>"
    svg += "<path d=\"M100 250A50 50 0 0 0 90.96 221.32\" \(line)/>" + label("θ", 105, 238)
    svg += label("r", 98, 206)
    svg +=
      "<rect x=\"-11\" y=\"-11\" width=\"22\" height=\"22\" transform=\"translate(\(compactNumber(cx)) \(compactNumber(cy))) rotate(-35)\" \(line) stroke-width=\"1.4\"/>"
    func outward(_ ux: Double, _ uy: Double, _ colour: String) -> String {
      arrow(cx + 13 * ux, cy - 13 * uy, cx + 46 * ux, cy - 46 * uy, colour: colour)
        + arrow(cx - 13 * ux, cy + 13 * uy, cx - 46 * ux, cy + 46 * uy, colour: colour)
    }
    svg += outward(0.8192, 0.5736, radial) + outward(-0.5736, 0.8192, hoop)
    func stress(_ index: String, _ name: String, _ x: Double, _ y: Double, _ colour: String) -> String {
      "<text x=\"\(compactNumber(x))\" y=\"\(compactNumber(y))\" style=\"fill:\(colour)\">σ<tspan dy=\"4\" font-size=\"10\">"
        + "\(index)</tspan><tspan dy=\"-4\"> &gt; 0 \(name)</tspan></text>"
    }
    svg += stress("θθ", "(hoop)", 156, 78, hoop) + stress("rr", "(radial)", 216, 126, radial)
    svg += label("R", 240, 270, anchor: "middle")
    return svg + "</svg>"
  }

  private static var current: String {
    let (positive, lithium) = (Colour.cycle[1].hex, Colour.cycle[2].hex)
    let line = "stroke=\"currentColor\" fill=\"none\" stroke-width=\"1.4\""
    var svg = open("Cell while charging: the current into the cathode is positive, lithium leaves it", 340, 300)
    svg +=
      "<rect x=\"40\" y=\"130\" width=\"80\" height=\"120\" rx=\"4\" \(line)/>"
      + label("cathode", 80, 272, anchor: "middle")
    svg +=
      "<rect x=\"220\" y=\"130\" width=\"80\" height=\"120\" rx=\"4\" \(line)/>"
      + label("counter", 260, 272, anchor: "middle")
    svg += "<path d=\"M80 130V60H150M190 60H260V130\" \(line)/><circle cx=\"170\" cy=\"60\" r=\"20\" \(line)/>"
    svg += label("I > 0", 170, 65, anchor: "middle")
    svg += arrow(80, 74, 80, 118, colour: positive) + label("current", 90, 102, style: " style=\"fill:\(positive)\"")
    svg +=
      arrow(112, 192, 230, 192, colour: lithium)
      + label("Li⁺", 170, 184, anchor: "middle", style: " style=\"fill:\(lithium)\"")
    svg += label(
      "charge: state of charge rises, lithiation falls", 170, 294, anchor: "middle", style: " font-size=\"12\"")
    svg += label("+", 62, 124) + label("−", 270, 124)
    return svg + "</svg>"
  }

  private static var image: String {
    let line = "stroke=\"currentColor\" fill=\"none\" stroke-width=\"1.4\""
    var svg = open("Image rows point down, the model's y axis points up", 340, 300)
    svg += "<rect x=\"40\" y=\"70\" width=\"110\" height=\"150\" \(line)/>" + label("(0, 0)", 44, 60)
    svg += arrow(40, 70, 130, 70, colour: "currentColor") + label("column", 90, 90)
    svg += arrow(40, 70, 40, 190, colour: "currentColor") + label("row", 48, 186)
    svg += label("image", 95, 244, anchor: "middle")
    svg += arrow(210, 220, 310, 220, colour: "currentColor") + label("x", 316, 225)
    svg += arrow(210, 220, 210, 80, colour: "currentColor") + label("y", 206, 70)
    svg += label("model", 260, 244, anchor: "middle")
    return svg + "</svg>"
  }
}

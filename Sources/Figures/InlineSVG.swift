import Foundation

/// Turns a document of gnuplot's SVG terminal into an element for a page.
///
/// - Parameters:
///   - identifier: prefix of every `id`, unique on the page.
///   - title: what a screen reader says first.
///   - description: what it says then.
func inlineElement(_ document: String, identifier: String, title: String, description: String) -> String {
  var body = Substring(document)
  var viewBox = "0 0 480 320"
  if let open = document.range(of: "<svg"),
    let close = document.range(of: ">", range: open.upperBound..<document.endIndex)
  {
    let head = document[open.upperBound..<close.lowerBound]
    if let match = head.firstMatch(of: #/viewBox="([-0-9. ]+)"/#) { viewBox = String(match.1) }
    body = document[close.upperBound...]
  }
  var text = String(body)
  // The title and the description are ours; the filters are for boxed text, which is not used.
  for pattern in [#/<title>.*?<\/title>\s*/#, #/<desc>.*?<\/desc>\s*/#, #/<filter .*?<\/filter>\s*/#] {
    text.replace(pattern.dotMatchesNewlines(), with: "")
  }
  let prefix = identifierText(identifier)
  text.replace(#/id=(['"])/#) { "id=\($0.1)\(prefix)-" }
  text.replace(#/href=(['"])#/#) { "href=\($0.1)#\(prefix)-" }
  text.replace(" color=\"black\"", with: "")
  text.replace(" color=\"#000000\"", with: "")
  text.replace("fill=\"black\"", with: "fill=\"currentColor\"")
  text.replace("stroke=\"black\"", with: "stroke=\"currentColor\"")
  text.replace(#/<rect x="0" y="0"[^>]*fill="none"\/>/#, with: "")
  text.replace("stroke='black'", with: "stroke='currentColor'")
  text.replace(#/>\s+</#, with: "><")
  // gnuplot repeats these on every group; the element carries them once.
  text.replace(" stroke-linecap=\"butt\" stroke-linejoin=\"miter\"", with: "")
  text.replace(#/ font-family="[^"]*"/#, with: "")
  text.replace(#/<g [^>]*><\/g>/#, with: "")
  let titles = "\(prefix)-title \(prefix)-description"
  return """
    <svg viewBox="\(viewBox)" xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" \
    role="img" aria-labelledby="\(titles)" font-family="system-ui,sans-serif">\
    <title id="\(prefix)-title">\(escapedXML(title))</title>\
    <desc id="\(prefix)-description">\(escapedXML(description))</desc>
    """ + text.trimmingCharacters(in: .whitespacesAndNewlines)
}

/// A text with everything that means something to XML and HTML written as entities.
public func escapedXML(_ text: String) -> String {
  var result = ""
  result.reserveCapacity(text.utf8.count)
  for scalar in text.unicodeScalars {
    switch scalar {
    case "&": result += "&amp;"
    case "<": result += "&lt;"
    case ">": result += "&gt;"
    case "\"": result += "&quot;"
    case "'": result += "&#39;"
    case "\t", "\n", "\r": result.unicodeScalars.append(scalar)
    case _ where scalar.value < 32: continue
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result
}

/// A text reduced to what an identifier on a page may hold: letters, digits and hyphens of ASCII, a letter first.
public func identifierText(_ text: String) -> String {
  let kept = text.lowercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" }
  return "f-" + String(kept)
}

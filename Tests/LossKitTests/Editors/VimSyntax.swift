@testable import LossKit

/// `Editors/vim/syntax/loss.vim`.
enum VimSyntax {
  static var text: String {
    """
    " Vim syntax file
    " Language: Loss
    " Made from the tables of Loss: RECORD_SCRIPTS=1 swift test --filter EditorFilesTests

    if exists("b:current_syntax")
      finish
    endif
    let s:cpo_save = &cpo
    set cpo&vim

    syn case match

    syn keyword lossStatement \(EditorWords.statements.joined(separator: " "))
    syn keyword lossConditional \(EditorWords.choices.joined(separator: " "))
    syn keyword lossOperatorWord \(EditorWords.wordOperators.joined(separator: " "))
    syn keyword lossConstant \(EditorWords.constants.joined(separator: " "))
    \(builtins)

    syn match lossConstant "\\%(\(EditorWords.constantSigns.joined(separator: "\\|"))\\)\\K\\@!"
    syn match lossOperator "[\(operatorCharacters)]\\|\\.\\.[.<]"
    syn match lossBuiltin "∇"
    syn match lossStatement "\\%([[:alnum:]_)\\]}\\"] \\)\\@2<=\\%(\(contextual)\\)\\%(\\s*(\\|\\s\\+[[:alnum:]_\\"[.{∇-]\\)\\@="

    syn match lossNumber "\\<\\d[0-9_]*\\%(\\.\\d[0-9_]*\\)\\=\\%([eE][-+]\\=\\d[0-9_]*\\)\\="
    syn match lossNumber "[.[:alnum:]_]\\@1<!\\.\\d[0-9_]*\\%([eE][-+]\\=\\d[0-9_]*\\)\\="
    syn match lossNumber "\\.\\.[.<]\\zs\\.\\d[0-9_]*"
    syn match lossNumber "\\<0[xX][0-9A-Fa-f_]*\\%(\\.[0-9A-Fa-f][0-9A-Fa-f_]*\\)\\=\\%([pP][-+]\\=\\d\\+\\)\\="

    syn match lossField "\\.\\@1<!\\.\\s*\\%(\\h\\|[^\\x00-\\x7F]\\)\\%(\\w\\|[^\\x00-\\x7F]\\)*"
    syn match lossFunction "\\%(\\<let\\s\\+\\)\\@5<=\\k\\+\\%(\\s*(\\)\\@="

    syn match lossCommand "\\%(^\\|;\\)\\s*:set\\S\\@!"

    syn match lossEscape "\\\\\\%([nt\\"\\\\]\\|u{\\x\\{1,6}}\\)" contained
    syn region lossString start=+"+ skip=+\\\\\\\\\\|\\\\"+ end=+"+ end=+$+ oneline contains=lossEscape,@Spell

    syn keyword lossTodo TODO FIXME XXX contained
    syn match lossComment "#.*$" contains=lossTodo,@Spell
    syn match lossDocumentation "###\\@!.*$" contains=lossTodo,@Spell

    hi def link lossStatement Statement
    hi def link lossConditional Conditional
    hi def link lossOperatorWord Operator
    hi def link lossConstant Constant
    hi def link lossBuiltin Function
    hi def link lossFunction Identifier
    hi def link lossOperator Operator
    hi def link lossNumber Number
    hi def link lossField Normal
    hi def link lossCommand PreProc
    hi def link lossEscape SpecialChar
    hi def link lossString String
    hi def link lossTodo Todo
    hi def link lossComment Comment
    hi def link lossDocumentation SpecialComment

    let b:current_syntax = "loss"
    let &cpo = s:cpo_save
    unlet s:cpo_save

    """
  }

  private static let contextual = EditorWords.contextual.sorted { $0.count > $1.count }
    .joined(separator: "\\|")

  /// Eight words on a line, so that a new function is a change of one line or two.
  private static var builtins: String {
    let names = EditorWords.builtins.sorted()
    return stride(from: 0, to: names.count, by: 8).map {
      "syn keyword lossBuiltin \(names[$0..<min($0 + 8, names.count)].joined(separator: " "))"
    }.joined(separator: "\n")
  }

  /// The characters of operators; a `-` first, so that it is no range.
  private static var operatorCharacters: String {
    let characters = Set(EditorWords.operators.joined()).subtracting([".", "∇", "-", "^"])
    return "-" + String(characters.sorted()) + "^"
  }
}

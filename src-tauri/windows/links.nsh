; Registers footlight:// links for the person who installs, and takes them away again.
!macro NSIS_HOOK_POSTINSTALL
  WriteRegStr SHCTX "Software\Classes\footlight" "" "URL:Footlight"
  WriteRegStr SHCTX "Software\Classes\footlight" "URL Protocol" ""
  WriteRegStr SHCTX "Software\Classes\footlight\shell\open\command" "" '"$INSTDIR\footlight-studio.exe" "%1"'
!macroend

!macro NSIS_HOOK_POSTUNINSTALL
  DeleteRegKey SHCTX "Software\Classes\footlight"
!macroend
